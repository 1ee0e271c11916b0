use super::Row;
use crate::{Page, Store, StoreError, User};
use uuid::Uuid;

impl Store {
    /// Users, newest first, made before the user `before`.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn list_users(
        &self,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Page<User>, StoreError> {
        let sql = "SELECT * FROM users WHERE id < ? ORDER BY id DESC LIMIT ?";
        let rows = sqlx::query_as::<_, Row>(sql)
            .bind(before.unwrap_or(Uuid::max()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool)
            .await?;
        let users = rows.into_iter().map(User::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(users, limit, |user| user.id))
    }
}
