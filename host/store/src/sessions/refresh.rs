use super::find::{FIND, fetch};
use super::revoke::REVOKE;
use super::{Refreshed, Session};
use crate::columns::from_time;
use crate::database::Transaction;
use crate::{Store, StoreError};
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
        let mut transaction = self.database.begin().await?;
        let refreshed = refresh(&mut transaction, old, new, now).await?;
        transaction.commit().await?;
        Ok(refreshed)
    }
}

async fn refresh(
    transaction: &mut Transaction,
    old: &[u8; 32],
    new: &[u8; 32],
    now: OffsetDateTime,
) -> Result<Refreshed, StoreError> {
    let sql = "SELECT session_id FROM refresh_tokens WHERE token_hash = $1";
    let token = transaction.query(sql).bind(&old[..]).fetch_optional::<(Uuid,)>().await?;
    let Some((session_id,)) = token else {
        return Ok(Refreshed::Unknown);
    };
    // One statement, so that of two who bring the token at the same time one comes second.
    let sql = "UPDATE refresh_tokens SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL";
    if transaction.query(sql).bind(from_time(now)).bind(&old[..]).execute().await? == 0 {
        transaction.query(REVOKE).bind(from_time(now)).bind(session_id).execute().await?;
        return Ok(Refreshed::Reused { session_id });
    }
    let is_live = |session: &Session| session.is_valid && session.expires_at > now;
    let session = fetch(transaction.query(FIND).push_bind(session_id)).await?;
    let Some(session) = session.filter(is_live) else {
        return Ok(Refreshed::Unknown);
    };
    let sql = "INSERT INTO refresh_tokens (token_hash, session_id, created_at) VALUES ($1, $2, $3)";
    let query = transaction.query(sql).bind(&new[..]).bind(session_id).bind(from_time(now));
    query.execute().await?;
    Ok(Refreshed::Continued(session))
}
