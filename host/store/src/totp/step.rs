use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Uses up the code of `step`; `false` if it, or a later one, was used before: of two who
    /// bring the same code at the same time one comes second.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn use_totp_step(&self, user_id: Uuid, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET totp_last_step = $1
                   WHERE id = $2 AND totp_enabled_at IS NOT NULL
                       AND (totp_last_step IS NULL OR totp_last_step < $1)";
        Ok(self.database.query(sql).bind(step).bind(user_id).execute().await? > 0)
    }
}
