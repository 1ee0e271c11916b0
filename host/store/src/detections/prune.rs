use super::list::first_id;
use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// How many detections are kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Those made before this moment go.
    pub before: Option<OffsetDateTime>,
    /// Of each organisation only so many of the newest stay.
    pub count_max: Option<u64>,
}

impl Store {
    /// Deletes at most `batch` detections that are kept no longer, with all that belongs to them;
    /// how many went. Call it again until none does: short transactions hold nobody up.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn prune_detections(
        &self,
        retention: Retention,
        batch: u32,
    ) -> Result<u64, StoreError> {
        self.writer.settle().await?;
        let mut gone = 0;
        if let Some(before) = retention.before {
            // Identifiers begin with the moment: no index on it is needed.
            let sql = "DELETE FROM detections WHERE id IN
                       (SELECT id FROM detections WHERE id < $1 AND created_at < $2
                        ORDER BY id LIMIT $3)";
            let query = self.database.query(sql).bind(first_id(before)).bind(from_time(before));
            let query = query.bind(i64::from(batch));
            gone += query.execute().await?;
        }
        if let Some(count_max) = retention.count_max {
            for tenant_id in self.tenant_ids().await? {
                gone += self.prune_beyond(tenant_id, count_max, batch).await?;
            }
        }
        Ok(gone)
    }

    async fn prune_beyond(
        &self,
        tenant_id: Uuid,
        count_max: u64,
        batch: u32,
    ) -> Result<u64, StoreError> {
        let sql = "DELETE FROM detections WHERE id IN
                   (SELECT id FROM detections WHERE tenant_id = $1 ORDER BY id DESC
                    LIMIT $2 OFFSET $3)";
        let offset = i64::try_from(count_max).unwrap_or(i64::MAX);
        let query = self.database.query(sql).bind(tenant_id).bind(i64::from(batch)).bind(offset);
        query.execute().await
    }
}
