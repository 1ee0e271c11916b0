use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Says how far an upload is `now`; `false` where it is no longer remembered.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn update_plugin_upload(
        &self,
        id: Uuid,
        progress: &str,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE plugin_uploads SET progress = $1, changed_at = $2 WHERE id = $3";
        let query = self.database.query(sql).bind(progress).bind(from_time(now)).bind(id);
        Ok(query.execute().await? > 0)
    }
}
