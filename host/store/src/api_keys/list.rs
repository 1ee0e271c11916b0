use super::{ApiKey, COLUMNS, Row};
use crate::{Owner, Page, Store, StoreError};
use uuid::Uuid;

impl Store {
    /// Keys of `owner` that are not revoked, newest first, made before the key `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_api_keys(
        &self,
        owner: Owner,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<ApiKey>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM api_keys WHERE is_active AND tenant_id = ");
        let query = query.push_bind(owner.tenant_id).push_if(" AND user_id = ", owner.user_id);
        let query = query.push_if(" AND id < ", before).push(" ORDER BY id DESC LIMIT ");
        let rows = query.push_bind(i64::from(limit) + 1).fetch_all::<Row>().await?;
        let keys = rows.into_iter().map(ApiKey::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(keys, limit, |key| key.id))
    }
}
