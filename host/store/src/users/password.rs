use crate::audit_logs::append;
use crate::sessions::revoke_all;
use crate::{AuditEntry, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Puts the hash `new` of the same password into the place of `old`; nothing where another
    /// change came first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn rehash_password(&self, id: Uuid, old: &str, new: &str) -> Result<(), StoreError> {
        let sql = "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3";
        self.database.query(sql).bind(new).bind(id).bind(old).execute().await?;
        Ok(())
    }

    /// Puts the hash of another password into the place of `old`, ends the user's sessions but
    /// `keep` and makes their reset tokens worthless; `false`, and nothing is done, where another
    /// change came first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn change_password(
        &self,
        id: Uuid,
        (old, new): (&str, &str),
        keep: Option<Uuid>,
        audit: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.begin().await?;
        let sql = "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3";
        if transaction.query(sql).bind(new).bind(id).bind(old).execute().await? == 0 {
            return Ok(false);
        }
        let sql = "DELETE FROM password_resets WHERE user_id = $1";
        transaction.query(sql).bind(id).execute().await?;
        revoke_all(&mut transaction, id, keep, audit.timestamp).await?;
        append(&mut transaction, audit).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
