use crate::columns::from_time;
use crate::{Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// Ends the session `$2` at the moment `$1`; one that is over already stays over.
pub(super) const REVOKE: &str =
    "UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";

impl Store {
    /// Ends a session; one that is over already stays over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn revoke_session(&self, id: Uuid, now: OffsetDateTime) -> Result<(), StoreError> {
        self.database.query(REVOKE).bind(from_time(now)).bind(id).execute().await?;
        Ok(())
    }
}
