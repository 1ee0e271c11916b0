use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Confirms the second factor that is `secret`, by the code of `step`; `false` where it is
    /// another one meanwhile, or confirmed already.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn confirm_totp(
        &self,
        user_id: Uuid,
        secret: &[u8],
        step: i64,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE users SET totp_enabled_at = $1, totp_last_step = $2
                   WHERE id = $3 AND totp_secret = $4 AND totp_enabled_at IS NULL";
        let query = transaction.query(sql).bind(from_time(audit.timestamp)).bind(step);
        if query.bind(user_id).bind(secret).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
