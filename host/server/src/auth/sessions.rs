//! Sessions as requests see them: from memory, so that a request costs no query.

use crate::limits::Limits;
use pynomaly_store::{Session, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// What is known of recent sessions.
///
/// What this process changes is forgotten here in the same breath and so counts at once; what
/// another process changes counts after [`Limits::session_age_max`].
pub(crate) struct Sessions {
    known: Mutex<Known>,
    age_max: Duration,
    count_max: usize,
}

#[derive(Default)]
struct Known {
    sessions: HashMap<Uuid, (Session, OffsetDateTime)>,
    /// Counts what was forgotten: an answer that was asked for before may be out of date.
    forgotten: u64,
}

impl Sessions {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            known: Mutex::default(),
            age_max: Duration::try_from(limits.session_age_max).unwrap_or(Duration::ZERO),
            count_max: limits.sessions_cached_max,
        }
    }

    /// The session with that identifier, as it stands.
    pub(crate) async fn find(
        &self,
        store: &Store,
        id: Uuid,
        now: OffsetDateTime,
    ) -> Result<Option<Session>, StoreError> {
        let forgotten = {
            let known = self.known();
            if let Some((session, until)) = known.sessions.get(&id)
                && now < *until
            {
                return Ok(Some(*session));
            }
            known.forgotten
        };
        let found = store.find_session(id).await?;
        let mut known = self.known();
        if let Some(session) = found
            && known.forgotten == forgotten
        {
            if known.sessions.len() >= self.count_max {
                known.sessions.clear();
            }
            known.sessions.insert(id, (session, now + self.age_max));
        }
        Ok(found)
    }

    /// Call it after the session has changed in the database.
    pub(crate) fn forget(&self, id: Uuid) {
        let mut known = self.known();
        known.forgotten = known.forgotten.wrapping_add(1);
        known.sessions.remove(&id);
    }

    /// Call it after the user has changed in the database.
    pub(crate) fn forget_user(&self, user_id: Uuid) {
        let mut known = self.known();
        known.forgotten = known.forgotten.wrapping_add(1);
        known.sessions.retain(|_, (session, _)| session.user_id != user_id);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
