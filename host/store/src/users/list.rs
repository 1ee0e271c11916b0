use super::{COLUMNS, Row};
use crate::{Page, Store, StoreError, User};
use uuid::Uuid;

impl Store {
    /// Users of an organisation, newest first, made before the user `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_users(
        &self,
        tenant_id: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<User>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM users WHERE tenant_id = ").push_bind(tenant_id);
        let query = query.push_if(" AND id < ", before);
        let query = query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let rows = query.fetch_all::<Row>().await?;
        let users = rows.into_iter().map(User::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(users, limit, |user| user.id))
    }
}
