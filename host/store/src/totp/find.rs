use super::Totp;
use crate::{Store, StoreError};
use uuid::Uuid;

impl Store {
    /// The second factor of a user, confirmed or not.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_totp(&self, user_id: Uuid) -> Result<Option<Totp>, StoreError> {
        let sql = "SELECT totp_secret, totp_enabled_at, totp_last_step FROM users
                   WHERE totp_secret IS NOT NULL AND id = ";
        type Row = (Vec<u8>, Option<i64>, Option<i64>);
        let row = self.database.query(sql).push_bind(user_id).fetch_optional::<Row>().await?;
        Ok(row.map(|(secret, enabled_at, last_step)| Totp {
            secret,
            is_enabled: enabled_at.is_some(),
            last_step,
        }))
    }
}
