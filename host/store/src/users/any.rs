use crate::{Store, StoreError};

impl Store {
    /// Whether there is any user: if not, this is the first start.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn any_user(&self) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM users)";
        Ok(sqlx::query_scalar(sql).fetch_one(&self.pool).await?)
    }
}
