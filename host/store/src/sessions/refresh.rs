use super::find::find;
use super::revoke::revoke;
use super::{Refreshed, Session};
use crate::columns::from_time;
use crate::{Store, StoreError};
use sqlx::SqliteConnection;
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Uses up the refresh token with hash `old` and makes `new` its successor; a token that
    /// had been used before revokes its whole session, because one of its two users is a thief.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn refresh_session(
        &self,
        old: &[u8; 32],
        new: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<Refreshed, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let refreshed = refresh(&mut transaction, old, new, now).await?;
        transaction.commit().await?;
        Ok(refreshed)
    }
}

async fn refresh(
    connection: &mut SqliteConnection,
    old: &[u8; 32],
    new: &[u8; 32],
    now: OffsetDateTime,
) -> Result<Refreshed, StoreError> {
    let sql = "SELECT session_id, used_at IS NOT NULL FROM refresh_tokens WHERE token_hash = ?";
    let token = sqlx::query_as::<_, (Uuid, bool)>(sql).bind(&old[..]);
    let Some((session_id, is_used)) = token.fetch_optional(&mut *connection).await? else {
        return Ok(Refreshed::Unknown);
    };
    if is_used {
        revoke(connection, session_id, now).await?;
        return Ok(Refreshed::Reused { session_id });
    }
    let is_live = |session: &Session| session.is_valid && session.expires_at > now;
    let Some(session) = find(&mut *connection, session_id).await?.filter(is_live) else {
        return Ok(Refreshed::Unknown);
    };
    sqlx::query("UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ?")
        .bind(from_time(now))
        .bind(&old[..])
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES (?, ?, ?)")
        .bind(&new[..])
        .bind(session_id)
        .bind(from_time(now))
        .execute(&mut *connection)
        .await?;
    Ok(Refreshed::Continued(session))
}
