use super::{COLUMNS, Row, Tenant};
use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// The organisation with that identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_tenant(&self, id: Uuid) -> Result<Option<Tenant>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(" FROM tenants WHERE id = ");
        query.push_bind(id).fetch_optional::<Row>().await?.map(Tenant::try_from).transpose()
    }
}
