use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Keeps the answer of the request with that key; without a body only that there was one.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn finish_idempotent(
        &self,
        user_id: Uuid,
        key: &str,
        status: u16,
        body: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE idempotency_keys SET status = $1, body = $2
                   WHERE user_id = $3 AND idempotency_key = $4";
        let query = self.database.query(sql).bind(i64::from(status)).bind(body.map(<[u8]>::to_vec));
        query.bind(user_id).bind(key).execute().await?;
        Ok(())
    }

    /// Gives the key free: its request had no effect.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn abandon_idempotent(&self, user_id: Uuid, key: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM idempotency_keys
                   WHERE user_id = $1 AND idempotency_key = $2 AND status IS NULL";
        self.database.query(sql).bind(user_id).bind(key).execute().await?;
        Ok(())
    }
}
