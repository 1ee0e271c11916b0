use super::PasswordReset;
use crate::audit_logs::append;
use crate::columns::from_time;
use crate::{AuditEntry, Store, StoreError};

impl Store {
    /// Keeps a token in the place of those that its user had, and notes who asked for it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn create_password_reset(
        &self,
        reset: &PasswordReset,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "DELETE FROM password_resets WHERE user_id = $1";
        transaction.query(sql).bind(reset.user_id).execute().await?;
        let sql = "INSERT INTO password_resets (token_hash, user_id, created_at, expires_at)
                   VALUES ($1, $2, $3, $4)";
        let query = transaction.query(sql).bind(&reset.token_hash[..]).bind(reset.user_id);
        let query = query.bind(from_time(reset.created_at)).bind(from_time(reset.expires_at));
        query.execute().await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await
    }
}
