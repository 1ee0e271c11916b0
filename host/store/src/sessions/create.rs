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
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at < ?")
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
        )
        .bind(login.session_id)
        .bind(login.user_id)
        .bind(now)
        .bind(from_time(login.expires_at))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES (?, ?, ?)",
        )
        .bind(&login.token_hash[..])
        .bind(login.session_id)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
