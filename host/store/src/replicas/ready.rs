use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// How a server stands with a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The server.
    pub replica_id: Uuid,
    /// The version; `None` where the server has nothing to say yet.
    pub digest: Option<String>,
    /// Why the server cannot serve it; `None` where it can.
    pub fault: Option<String>,
}

impl Store {
    /// Says that a server has a version ready, or why it has not. Nothing, where either is gone.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn report_plugin(
        &self,
        replica_id: Uuid,
        digest: &str,
        fault: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO plugin_readiness (replica_id, digest, fault)
                   SELECT replicas.id, plugins.digest, $3 FROM replicas, plugins
                   WHERE replicas.id = $1 AND plugins.digest = $2
                   ON CONFLICT (replica_id, digest) DO UPDATE SET fault = excluded.fault";
        let query = self.database.query(sql).bind(replica_id).bind(digest);
        query.bind(fault.map(str::to_owned)).execute().await.map(drop)
    }

    /// How every server seen since `alive_since` stands with every version, or with that of
    /// `digest`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn list_readiness(
        &self,
        alive_since: OffsetDateTime,
    ) -> Result<Vec<Readiness>, StoreError> {
        let sql = "SELECT replicas.id, digest, fault FROM replicas
                   LEFT JOIN plugin_readiness ON replica_id = replicas.id
                   WHERE seen_at >= $1 ORDER BY replicas.id, digest";
        let query = self.database.query(sql).bind(from_time(alive_since));
        let rows = query.fetch_all::<(Uuid, Option<String>, Option<String>)>().await?;
        let read = |(replica_id, digest, fault)| Readiness { replica_id, digest, fault };
        Ok(rows.into_iter().map(read).collect())
    }
}
