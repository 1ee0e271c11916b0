use super::{COLUMNS, PluginUpload, Row};
use crate::{Page, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn get_plugin_upload(&self, id: Uuid) -> Result<Option<PluginUpload>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM plugin_uploads WHERE id = ").push_bind(id);
        query.fetch_optional::<Row>().await?.map(PluginUpload::try_from).transpose()
    }

    /// Those that are remembered, newest first, made before the one `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_plugin_uploads(
        &self,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<PluginUpload>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM plugin_uploads WHERE 1 = 1");
        let query = query.push_if(" AND id < ", before).push(" ORDER BY id DESC LIMIT ");
        let rows = query.push_bind(i64::from(limit) + 1).fetch_all::<Row>().await?;
        let all = rows.into_iter().map(PluginUpload::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(all, limit, |upload| upload.id))
    }
}
