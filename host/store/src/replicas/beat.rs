use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Says that a start of `server` lives, and forgets those that were not seen since
    /// `dead_since`. Gives whether it is new: then earlier starts of that server are over, and
    /// nobody knows yet what it has ready.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn beat_replica(
        &self,
        id: Uuid,
        server: &str,
        now: OffsetDateTime,
        dead_since: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE replicas SET seen_at = $1 WHERE id = $2";
        let query = self.database.query(sql).bind(from_time(now)).bind(id);
        let is_new = query.execute().await? == 0;
        if is_new {
            let query = self.database.query("DELETE FROM replicas WHERE server = $1");
            query.bind(server).execute().await?;
            let sql = "INSERT INTO replicas (id, server, seen_at) VALUES ($1, $2, $3)";
            let query = self.database.query(sql).bind(id).bind(server).bind(from_time(now));
            query.execute().await?;
        }
        let sql = "DELETE FROM replicas WHERE seen_at < $1";
        self.database.query(sql).bind(from_time(dead_since)).execute().await?;
        Ok(is_new)
    }

    /// Says that a server ends.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn end_replica(&self, id: Uuid) -> Result<(), StoreError> {
        let query = self.database.query("DELETE FROM replicas WHERE id = $1");
        query.bind(id).execute().await.map(drop)
    }
}
