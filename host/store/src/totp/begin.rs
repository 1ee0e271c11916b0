use crate::audit_logs::append;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Gives a user a second factor that is still to be confirmed, in the place of one that never
    /// was; `false` if there is a confirmed one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_totp(
        &self,
        user_id: Uuid,
        secret: &[u8],
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE users SET totp_secret = $1, totp_last_step = NULL
                   WHERE id = $2 AND totp_enabled_at IS NULL";
        if transaction.query(sql).bind(secret).bind(user_id).execute().await? == 0 {
            return Ok(false);
        }
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
