use super::Login;
use crate::columns::from_time;
use crate::{Store, StoreError};

impl Store {
    /// Begins a session, and forgets those that have expired.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn create_session(&self, login: &Login) -> Result<(), StoreError> {
        let now = from_time(login.created_at);
        let mut transaction = self.database.begin().await?;
        let sql = "DELETE FROM sessions WHERE expires_at < $1";
        transaction.query(sql).bind(now).execute().await?;
        let sql =
            "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        transaction
            .query(sql)
            .bind(login.session_id)
            .bind(login.user_id)
            .bind(now)
            .bind(from_time(login.expires_at))
            .execute()
            .await?;
        let sql =
            "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)";
        let query = transaction.query(sql).bind(&login.token_hash[..]).bind(login.session_id);
        query.bind(now).execute().await?;
        transaction.commit().await
    }
}
