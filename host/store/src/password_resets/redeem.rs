use crate::audit_logs::append;
use crate::columns::from_time;
use crate::sessions::revoke_all;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Uses up the token with that hash, sets its user's password, and ends all their sessions;
    /// `false`, and nothing is done, if it is not to be used any more at the moment of `audit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn redeem_password_reset(
        &self,
        token_hash: &[u8; 32],
        password_hash: &str,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let now = from_time(audit.timestamp);
        let mut transaction = self.database.begin().await?;
        // One statement, so that of two who bring the token at the same time one comes second.
        let sql = "UPDATE password_resets SET used_at = $1
                   WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1
                   RETURNING user_id";
        let query = transaction.query(sql).bind(now).bind(&token_hash[..]);
        let Some((id,)) = query.fetch_optional::<(Uuid,)>().await? else { return Ok(false) };
        let sql = "UPDATE users SET password_hash = $1 WHERE id = $2";
        transaction.query(sql).bind(password_hash).bind(id).execute().await?;
        revoke_all(&mut transaction, id, None, audit.timestamp).await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
