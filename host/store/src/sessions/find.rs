use super::Session;
use crate::columns::to_time;
use crate::database::Query;
use crate::{Role, Store, StoreError};
use uuid::Uuid;

/// What a request must know of its session, without a condition yet.
pub(super) const FIND: &str = "SELECT sessions.id, user_id, users.tenant_id, role, \
    (revoked_at IS NULL AND users.is_active AND tenants.is_active), expires_at \
    FROM sessions JOIN users ON users.id = sessions.user_id \
    JOIN tenants ON tenants.id = users.tenant_id WHERE sessions.id = ";

impl Store {
    /// The session with that identifier, with what its user may do now.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Inconsistent`].
    pub async fn find_session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        fetch(self.database.query(FIND).push_bind(id)).await
    }
}

/// The session that `query`, which begins with [`FIND`], asks for.
pub(super) async fn fetch(query: Query<'_>) -> Result<Option<Session>, StoreError> {
    type Row = (Uuid, Uuid, Uuid, String, bool, i64);
    let Some((id, user_id, tenant_id, role, is_valid, expires_at)) =
        query.fetch_optional::<Row>().await?
    else {
        return Ok(None);
    };
    let role = Role::from_column(&role)?;
    let expires_at = to_time("session", expires_at)?;
    Ok(Some(Session { id, user_id, tenant_id, role, is_valid, expires_at }))
}
