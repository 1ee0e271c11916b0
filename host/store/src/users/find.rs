use super::{COLUMNS, Row};
use crate::{Store, StoreError, User};
use uuid::Uuid;

impl Store {
    /// The user with that identifier.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_user(&self, id: Uuid) -> Result<Option<User>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS).push(" FROM users WHERE id = ");
        query.push_bind(id).fetch_optional::<Row>().await?.map(User::try_from).transpose()
    }

    /// The user with that address, whatever its case.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let query = self.database.query("SELECT ").push(COLUMNS);
        let query = query.push(" FROM users WHERE lower(email) = lower(").push_bind(email);
        query.push(")").fetch_optional::<Row>().await?.map(User::try_from).transpose()
    }
}
