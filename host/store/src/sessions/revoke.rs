use crate::columns::from_time;
use crate::database::Transaction;
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

/// Ends every session of a user but `keep`.
pub(crate) async fn revoke_all(
    transaction: &mut Transaction,
    user_id: Uuid,
    keep: Option<Uuid>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let query = transaction.query("UPDATE sessions SET revoked_at = ").push_bind(from_time(now));
    let query = query.push(" WHERE revoked_at IS NULL AND user_id = ").push_bind(user_id);
    query.push_if(" AND id <> ", keep).execute().await?;
    Ok(())
}
