use super::Row;
use crate::{Store, StoreError, User};
use uuid::Uuid;

impl Store {
    /// The user with that identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_user(&self, id: Uuid) -> Result<Option<User>, StoreError> {
        let row = sqlx::query_as::<_, Row>("SELECT * FROM users WHERE id = ?").bind(id);
        row.fetch_optional(&self.pool).await?.map(User::try_from).transpose()
    }

    /// The user with that address, whatever its case.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query_as::<_, Row>("SELECT * FROM users WHERE email = ?").bind(email);
        row.fetch_optional(&self.pool).await?.map(User::try_from).transpose()
    }
}
