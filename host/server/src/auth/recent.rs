//! What requests ask the database for again and again, kept in memory for a moment.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// Answers of the database by key.
///
/// What this process changes is forgotten here in the same breath and so counts at once; what
/// another process changes counts after [`crate::Limits::session_age_max`].
pub(crate) struct Recent<K, V> {
    known: Mutex<Known<K, V>>,
    age_max: Duration,
    count_max: usize,
}

struct Known<K, V> {
    values: HashMap<K, (V, OffsetDateTime)>,
    /// Counts what was forgotten: an answer that was asked for before may be out of date.
    forgotten: u64,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new(count_max: usize, age_max: std::time::Duration) -> Self {
        Self {
            known: Mutex::new(Known { values: HashMap::new(), forgotten: 0 }),
            age_max: Duration::try_from(age_max).unwrap_or(Duration::ZERO),
            count_max,
        }
    }

    /// What `load` says of `key`, now or a moment ago.
    pub(crate) async fn find<E>(
        &self,
        key: K,
        now: OffsetDateTime,
        load: impl AsyncFnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        let forgotten = {
            let known = self.known();
            if let Some((value, until)) = known.values.get(&key)
                && now < *until
            {
                return Ok(Some(value.clone()));
            }
            known.forgotten
        };
        // In a box, because it is large and seldom wanted.
        let found = Box::pin(load()).await?;
        let mut known = self.known();
        if let Some(value) = &found
            && known.forgotten == forgotten
        {
            if known.values.len() >= self.count_max {
                known.values.clear();
            }
            known.values.insert(key, (value.clone(), now + self.age_max));
        }
        Ok(found)
    }

    /// Call it after something has changed in the database: forgets all that `changed` names.
    pub(crate) fn forget(&self, changed: impl Fn(&K, &V) -> bool) {
        let mut known = self.known();
        known.forgotten = known.forgotten.wrapping_add(1);
        known.values.retain(|key, (value, _)| !changed(key, value));
    }

    fn known(&self) -> MutexGuard<'_, Known<K, V>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
