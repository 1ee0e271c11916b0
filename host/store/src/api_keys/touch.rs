use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Notes that a key was used. Call it now and then, not at every request.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn touch_api_key(&self, id: Uuid, now: OffsetDateTime) -> Result<(), StoreError> {
        let sql = "UPDATE api_keys SET last_used_at = $1
                   WHERE id = $2 AND coalesce(last_used_at, 0) < $1";
        self.database.query(sql).bind(from_time(now)).bind(id).execute().await?;
        Ok(())
    }
}
