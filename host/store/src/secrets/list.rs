use super::SecretColumn;
use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// What a column holds, by row, of rows after `after`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list_secrets(
        &self,
        column: SecretColumn,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        let (table, name) = (column.table(), column.name());
        let query = self.database.query("SELECT id, ").push(name).push(" FROM ").push(table);
        let query = query.push(" WHERE ").push(name).push(" IS NOT NULL");
        let query = query.push_if(" AND id > ", after).push(" ORDER BY id LIMIT ");
        query.push_bind(i64::from(limit)).fetch_all().await
    }
}
