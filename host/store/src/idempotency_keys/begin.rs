use super::Begun;
use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// The columns of `idempotency_keys` that say what is known.
type Row = (Vec<u8>, Option<i64>, Option<Vec<u8>>, i64);

impl Store {
    /// Takes the key `key` of `user_id` for the request with that digest. One that has been
    /// running since before `stale` was given up, and is taken over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn begin_idempotent(
        &self,
        user_id: Uuid,
        key: &str,
        digest: &[u8; 32],
        now: OffsetDateTime,
        stale: OffsetDateTime,
    ) -> Result<Begun, StoreError> {
        let sql = "INSERT INTO idempotency_keys
                       (user_id, idempotency_key, request_digest, created_at)
                   VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, idempotency_key) DO NOTHING";
        let query = self.database.query(sql).bind(user_id).bind(key).bind(&digest[..]);
        if query.bind(from_time(now)).execute().await? == 1 {
            return Ok(Begun::New);
        }
        let sql = "SELECT request_digest, status, body, created_at FROM idempotency_keys
                   WHERE user_id = $1 AND idempotency_key = $2";
        let query = self.database.query(sql).bind(user_id).bind(key);
        // Gone between the two statements: abandoned. The client is to come back.
        let Some((known, status, body, created_at)) = query.fetch_optional::<Row>().await? else {
            return Ok(Begun::Running);
        };
        if known != digest {
            return Ok(Begun::Other);
        }
        match status.and_then(|status| u16::try_from(status).ok()) {
            Some(status) => Ok(Begun::Done { status, body }),
            None if created_at < from_time(stale) => {
                self.take_over(user_id, key, created_at, now).await
            }
            None => Ok(Begun::Running),
        }
    }

    async fn take_over(
        &self,
        user_id: Uuid,
        key: &str,
        created_at: i64,
        now: OffsetDateTime,
    ) -> Result<Begun, StoreError> {
        let sql = "UPDATE idempotency_keys SET created_at = $1
                   WHERE user_id = $2 AND idempotency_key = $3 AND created_at = $4
                     AND status IS NULL";
        let query = self.database.query(sql).bind(from_time(now)).bind(user_id).bind(key);
        let taken = query.bind(created_at).execute().await? == 1;
        Ok(if taken { Begun::New } else { Begun::Running })
    }
}
