use super::{COLUMNS, Row, TrustedKey};
use crate::{Store, StoreError};

impl Store {
    /// Every key, by identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_trusted_keys(&self) -> Result<Vec<TrustedKey>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let rows = query.push(" FROM trusted_keys ORDER BY id").fetch_all::<Row>().await?;
        rows.into_iter().map(TrustedKey::try_from).collect()
    }

    /// The key with that identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_trusted_key(&self, id: &str) -> Result<Option<TrustedKey>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM trusted_keys WHERE id = ").push_bind(id);
        query.fetch_optional::<Row>().await?.map(TrustedKey::try_from).transpose()
    }
}
