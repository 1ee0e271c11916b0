//! API keys: `pyn_` and 12 characters that name the key, `_`, and 43 that prove it.
//!
//! The database keeps the name and a SHA-256 of the whole: the secret has 256 random bits, which
//! nobody guesses, so that a slow hash would only slow us down.

use super::recent::Recent;
use crate::limits::Limits;
use crate::random::Random;
use crate::state::AppState;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pynomaly_store::{ApiKey, KnownKey, Store, StoreError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// What every key begins with: secret scanners look for it, and no token does.
pub(crate) const PREFIX: &str = "pyn_";
/// Bytes of the whole name, prefix included.
const NAME_BYTES: usize = PREFIX.len() + 12;
/// How exact "last used" is: a key that is used all the time is not written all the time.
const USE_NOTED_EVERY: Duration = Duration::minutes(1);

/// A key that nobody has yet.
pub(crate) struct NewKey {
    /// For the client, once.
    pub(crate) text: String,
    /// Names it.
    pub(crate) prefix: String,
    /// For the database.
    pub(crate) hash: [u8; 32],
}

impl NewKey {
    pub(crate) fn draw(random: &Random) -> Self {
        let name = URL_SAFE_NO_PAD.encode(random.bytes::<9>());
        let secret = URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        let prefix = format!("{PREFIX}{name}");
        let text = format!("{prefix}_{secret}");
        Self { hash: hash(&text), text, prefix }
    }
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// What is known of recent keys.
pub(crate) struct Keys {
    /// By name.
    recent: Recent<String, Arc<KnownKey>>,
    /// When the use of a key was last noted.
    noted: Mutex<HashMap<Uuid, OffsetDateTime>>,
    count_max: usize,
}

impl Keys {
    pub(crate) fn new(limits: &Limits) -> Self {
        let count_max = limits.sessions_cached_max;
        let recent = Recent::new(count_max, limits.session_age_max);
        Self { recent, noted: Mutex::default(), count_max }
    }

    /// The key that is `text`, if it works `now`.
    pub(crate) async fn find(
        &self,
        store: &Store,
        text: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<KnownKey>>, StoreError> {
        let Some(prefix) = text.get(..NAME_BYTES) else { return Ok(None) };
        let load = async || store.find_api_key(prefix).await.map(|key| key.map(Arc::new));
        let known = self.recent.find(prefix.to_owned(), now, load).await?;
        Ok(known.filter(|known| {
            let proves = bool::from(hash(text).ct_eq(&known.secret_hash));
            proves && known.is_valid && known.key.expires_at.is_none_or(|end| now < end)
        }))
    }

    /// Call it after the key has changed in the database.
    pub(crate) fn forget(&self, prefix: &str) {
        self.recent.forget(|known, _| known == prefix);
    }

    /// Call it after a user or an organisation has changed in the database.
    pub(crate) fn forget_where(&self, changed: impl Fn(&KnownKey) -> bool) {
        self.recent.forget(|_, known| changed(known));
    }

    /// Whether the use of `key` is to be noted `now`.
    fn is_to_be_noted(&self, key: &ApiKey, now: OffsetDateTime) -> bool {
        let is_due = |last: OffsetDateTime| now - last >= USE_NOTED_EVERY;
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let last = noted.get(&key.id).copied().or(key.last_used_at);
        if !last.is_none_or(is_due) {
            return false;
        }
        if noted.len() >= self.count_max {
            noted.clear();
        }
        noted.insert(key.id, now);
        true
    }
}

/// Notes, off the path of the answer and now and then, that `key` was used.
pub(crate) fn note_use(app: &AppState, key: &ApiKey, now: OffsetDateTime) {
    if !app.keys.is_to_be_noted(key, now) {
        return;
    }
    let (app, id) = (Arc::clone(app), key.id);
    tokio::spawn(async move {
        if let Err(error) = app.store.touch_api_key(id, now).await {
            tracing::warn!(%error, "the use of a key was not noted");
        }
    });
}
