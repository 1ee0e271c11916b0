//! Sessions as requests see them: from memory, so that a request costs no query.

use super::recent::Recent;
use crate::limits::Limits;
use pynomaly_store::{Session, Store, StoreError};
use time::OffsetDateTime;
use uuid::Uuid;

/// What is known of recent sessions.
pub(crate) struct Sessions(Recent<Uuid, Session>);

impl Sessions {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Recent::new(limits.sessions_cached_max, limits.session_age_max))
    }

    /// The session with that identifier, as it stands.
    pub(crate) async fn find(
        &self,
        store: &Store,
        id: Uuid,
        now: OffsetDateTime,
    ) -> Result<Option<Session>, StoreError> {
        self.0.find(id, now, async || store.find_session(id).await).await
    }

    /// Call it after the session has changed in the database.
    pub(crate) fn forget(&self, id: Uuid) {
        self.0.forget(|known, _| *known == id);
    }

    /// Call it after a user or an organisation has changed in the database.
    pub(crate) fn forget_where(&self, changed: impl Fn(&Session) -> bool) {
        self.0.forget(|_, session| changed(session));
    }
}
