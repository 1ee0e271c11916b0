use super::{COLUMNS, PluginUpload};
use crate::columns::from_time;
use crate::{Store, StoreError};

impl Store {
    /// Remembers an upload, and of all of them no more than the newest `count_max`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn insert_plugin_upload(
        &self,
        upload: &PluginUpload,
        count_max: u32,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin().await?;
        let query = transaction.query("INSERT INTO plugin_uploads (").push(COLUMNS);
        query
            .push(") VALUES (")
            .push_bind(upload.id)
            .push_next(upload.uploaded_by)
            .push_next(upload.progress.as_str())
            .push_next(from_time(upload.created_at))
            .push_next(from_time(upload.changed_at))
            .push(")")
            .execute()
            .await?;
        let surplus = "DELETE FROM plugin_uploads WHERE id NOT IN
                       (SELECT id FROM plugin_uploads ORDER BY id DESC LIMIT $1)";
        transaction.query(surplus).bind(i64::from(count_max)).execute().await?;
        transaction.commit().await
    }
}
