use crate::columns::from_time;
use crate::{Store, StoreError, User};
use time::OffsetDateTime;
use uuid::Uuid;

impl Store {
    /// Whose password the token with that hash sets `now`, if it still does and they are active.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_password_reset(
        &self,
        token_hash: &[u8; 32],
        now: OffsetDateTime,
    ) -> Result<Option<User>, StoreError> {
        let sql = "SELECT user_id FROM password_resets
                   WHERE used_at IS NULL AND expires_at > ";
        let query = self.database.query(sql).push_bind(from_time(now));
        let query = query.push(" AND token_hash = ").push_bind(&token_hash[..]);
        let Some((id,)) = query.fetch_optional::<(Uuid,)>().await? else { return Ok(None) };
        Ok(self.find_user(id).await?.filter(|user| user.is_active))
    }
}
