//! The life of a plugin: uploaded, promoted, rolled back, retired. The database says what is served
//! and every server follows it; the plugin folder is one more way to upload.
//!
//! Read in this order: `admit.rs` (what bytes have to pass), `self_test.rs` (the last of it),
//! `steps.rs` and `uploads.rs` (how far an upload is, and those nobody waits for), `change.rs` (states), `sync.rs` (how a server follows), `folder.rs` and `sources.rs` (files, and
//! registries), `breaker/` (what is not called for now), `capture.rs` (calls that failed), `shadow/`
//! (what a version would have said), `garbage.rs` (what goes).

mod admit;
mod breaker;
mod capture;
mod change;
mod error;
mod folder;
mod garbage;
mod offered;
mod replicas;
mod self_test;
mod shadow;
mod signature;
mod sources;
mod steps;
mod sync;
mod unpack;
mod uploads;

pub(crate) use admit::{Upload, upload};
pub(crate) use breaker::{Breakers, Broken, Call, Fallbacks, Standing, View};
pub(crate) use capture::{Captured, capture, unseal};
pub(crate) use change::{Change, change};
pub(crate) use error::PluginError;
pub(crate) use folder::Keeper;
pub(crate) use garbage::{collect, find_garbage};
pub(crate) use offered::RefusedFile;
pub(crate) use replicas::{ALIVE, beat};
pub(crate) use shadow::{
    Check, Compared, Forced, Shadow, check_gate, compared, judge, offer, start,
};
pub use shadow::{GateLimits, GateMode, GatePolicy};
pub use signature::{SignError, sign, sign_embedded};
pub(crate) use signature::{Signature, SignatureError, key_id, public_key};
pub use sources::PluginSources;
pub(crate) use sources::{SOURCES_MAX, announce_sources, follow_sources, forget_sources};
pub(crate) use steps::{StepAnswer, Steps};
pub(crate) use sync::{apply, follow, load, load_all};
pub(crate) use unpack::{layout_limits, unpack};
pub(crate) use uploads::{Beside, Record, UploadState, upload_beside};

use crate::limits::Limits;
use pynomaly_engine::Served;
use pynomaly_store::PluginVersion;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// What this server knows of plugins.
pub(crate) struct Plugins {
    /// What uploads need.
    pub(crate) policy: PluginPolicy,
    /// This process, as other servers see it.
    pub(crate) replica_id: Uuid,
    /// Whose plugin folder it is: stays the same from one start to the next.
    server: String,
    state: Mutex<Result<(), String>>,
    /// By digest: what is compiled, or why it is not.
    loaded: Mutex<HashMap<String, Loaded>>,
    /// What the database has and is not in there yet, the most urgent first.
    missing: Mutex<Vec<PluginVersion>>,
    /// Who answers in the stead of whom.
    pub(crate) fallbacks: Fallbacks,
    /// What the database says of each version: name, version, digest, state.
    states: Mutex<Vec<State>>,
    /// Files of the plugin folder that are not served as they are.
    refused: Mutex<BTreeMap<String, RefusedFile>>,
    /// Sources that are not, by reference.
    sources: Mutex<BTreeMap<String, RefusedFile>>,
    /// The revision of the database that is served; [`u64::MAX`] before the first.
    applied: AtomicU64,
    /// What versions in shadow have to do, and have found.
    pub(crate) shadow: Shadow,
    /// Permits to keep a call that failed: one at a time.
    capturing: Arc<Semaphore>,
    /// One swap at a time.
    swapping: tokio::sync::Mutex<()>,
}

/// What uploads and promotions have to pass, and what is kept of failures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PluginPolicy {
    /// Whether an upload needs one at all.
    pub is_signature_needed: bool,
    /// Names that never do, with `*` for any characters.
    pub unsigned: String,
    /// Whether an upload has to pass the self-test.
    pub is_self_tested: bool,
    /// What a version has to have shown before it serves.
    pub gate: GatePolicy,
    /// Whether calls that fail are kept with their rows.
    pub keeps_captures: bool,
}

type Loaded = Result<Arc<Served>, String>;
type State = (String, String, String, &'static str);

impl Plugins {
    pub(crate) fn new(
        policy: PluginPolicy,
        replica_id: Uuid,
        server: String,
        limits: &Limits,
    ) -> Self {
        Self {
            policy,
            replica_id,
            server,
            state: Mutex::new(Err("plugins are still being loaded".into())),
            loaded: Mutex::default(),
            missing: Mutex::default(),
            fallbacks: Fallbacks::default(),
            states: Mutex::default(),
            refused: Mutex::default(),
            sources: Mutex::default(),
            applied: AtomicU64::new(u64::MAX),
            shadow: Shadow::new(limits),
            capturing: Arc::new(Semaphore::new(1)),
            swapping: tokio::sync::Mutex::default(),
        }
    }

    /// Whether plugins are loaded; `Err` says why not.
    pub(crate) fn state(&self) -> Result<(), String> {
        lock(&self.state).clone()
    }

    /// From now on.
    pub(crate) fn set(&self, state: Result<(), String>) {
        *lock(&self.state) = state;
    }

    /// Whether that revision of the database is what is served.
    pub(crate) fn is_applied(&self, revision: u64) -> bool {
        self.applied.load(Ordering::Acquire) == revision
    }

    /// Every version, as the database last said: name, version, digest, state.
    pub(crate) fn states(&self) -> Vec<State> {
        lock(&self.states).clone()
    }

    /// Files and sources that are not served as they are, by name.
    pub(crate) fn refused(&self) -> BTreeMap<String, RefusedFile> {
        let mut all = lock(&self.refused).clone();
        all.extend(lock(&self.sources).clone());
        all
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
