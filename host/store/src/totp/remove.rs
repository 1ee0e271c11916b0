use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Takes the second factor from a user of `tenant_id`; `false` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn remove_totp(
        &self,
        tenant_id: Uuid,
        user_id: Uuid,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE users
                   SET totp_secret = NULL, totp_enabled_at = NULL, totp_last_step = NULL
                   WHERE id = $1 AND tenant_id = $2 AND totp_secret IS NOT NULL";
        if transaction.query(sql).bind(user_id).bind(tenant_id).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
