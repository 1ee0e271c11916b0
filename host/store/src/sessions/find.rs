use super::Session;
use crate::columns::to_time;
use crate::{Role, Store, StoreError};
use sqlx::SqliteConnection;
use uuid::Uuid;

impl Store {
    /// The session with that identifier, with what its user may do now.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        find(&mut *self.pool.acquire().await?, id).await
    }
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    id: Uuid,
) -> Result<Option<Session>, StoreError> {
    let sql = "SELECT user_id, role, revoked_at IS NULL AND is_active, expires_at
               FROM sessions JOIN users ON users.id = sessions.user_id WHERE sessions.id = ?";
    let row = sqlx::query_as::<_, (Uuid, String, bool, i64)>(sql).bind(id);
    let Some((user_id, role, is_valid, expires_at)) = row.fetch_optional(connection).await? else {
        return Ok(None);
    };
    let role = Role::from_column(&role)?;
    let expires_at = to_time("session", expires_at)?;
    Ok(Some(Session { id, user_id, role, is_valid, expires_at }))
}
