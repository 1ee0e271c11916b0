use crate::{Store, StoreError};

impl Store {
    /// Whether there is any user: if not, this is the first start.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn any_user(&self) -> Result<bool, StoreError> {
        let query = self.database.query("SELECT id FROM users LIMIT 1");
        Ok(query.fetch_optional::<(uuid::Uuid,)>().await?.is_some())
    }
}
