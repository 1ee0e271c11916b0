use super::TrustedKey;
use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Makes owner, scope and activity what `key` says, and notes who did it; `false` if there is
    /// none with its identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn update_trusted_key(
        &self,
        key: &TrustedKey,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE trusted_keys SET owner = $1, scope = $2, is_active = $3 WHERE id = $4";
        let query = transaction.query(sql).bind(key.owner.as_str()).bind(key.scope.as_str());
        if query.bind(key.is_active).bind(key.id.as_str()).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
