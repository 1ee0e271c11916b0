use super::Identity;
use crate::{Store, StoreError, User};
use uuid::Uuid;

impl Store {
    /// The user who is linked to that account.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_identity(&self, identity: &Identity) -> Result<Option<User>, StoreError> {
        let sql = "SELECT user_id FROM identities WHERE issuer = ";
        let query = self.database.query(sql).push_bind(identity.issuer.as_str());
        let query = query.push(" AND subject = ").push_bind(identity.subject.as_str());
        let Some((id,)) = query.fetch_optional::<(Uuid,)>().await? else { return Ok(None) };
        self.find_user(id).await
    }
}
