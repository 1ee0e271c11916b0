use super::SecretColumn;
use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Puts `new` into the place of `old`; `false` where somebody changed it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn replace_secret(
        &self,
        column: SecretColumn,
        row: Uuid,
        old: &[u8],
        new: &[u8],
    ) -> Result<bool, StoreError> {
        let (table, name) = (column.table(), column.name());
        let query = self.database.query("UPDATE ").push(table).push(" SET ").push(name);
        let query = query.push(" = ").push_bind(new).push(" WHERE id = ").push_bind(row);
        let query = query.push(" AND ").push(name).push(" = ").push_bind(old);
        Ok(query.execute().await? > 0)
    }
}
