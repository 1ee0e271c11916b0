use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Deletes a key and notes who did it; `false` if there is none. What it signed stays.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn delete_trusted_key(
        &self,
        id: &str,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "DELETE FROM trusted_keys WHERE id = $1";
        if transaction.query(sql).bind(id).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
