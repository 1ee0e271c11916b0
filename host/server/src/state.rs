//! What every handler shares.

use crate::auth::oidc::Provider;
use crate::auth::{Keys, Lockout, Passwords, Recent, Sessions, Tokens};
use crate::cache::Answers;
use crate::clock::Clock;
use crate::gate::Gate;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::models::Models;
use crate::plugins::{Breakers, PluginPolicy, Plugins};
use crate::quota::Quotas;
use crate::random::Random;
use crate::vault::Vault;
use pynomaly_engine::Engine;
use pynomaly_store::{ModelSummary, Store};
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One server. Handlers get it as [`AppState`].
pub(crate) struct App {
    /// Serves detectors; the one pipeline.
    pub(crate) engine: Arc<Engine>,
    /// What outlives the process.
    pub(crate) store: Store,
    /// Time is asked here and nowhere else.
    pub(crate) clock: Clock,
    /// So is randomness.
    pub(crate) random: Random,
    /// Makes and checks access tokens.
    pub(crate) tokens: Tokens,
    /// Encrypts what has to be readable again.
    pub(crate) vault: Vault,
    /// Who else may say who somebody is.
    pub(crate) oidc: Option<Provider>,
    /// Hashes and verifies passwords.
    pub(crate) passwords: Passwords,
    /// Makes those wait who guess them.
    pub(crate) lockout: Lockout,
    /// What requests know of their sessions.
    pub(crate) sessions: Sessions,
    /// What they know of their API keys.
    pub(crate) keys: Keys,
    /// Fitted models, ready to score.
    pub(crate) models: Models,
    /// What requests know of them.
    pub(crate) known_models: Recent<Uuid, Arc<ModelSummary>>,
    /// Answers of detections that may be asked for again.
    pub(crate) answers: Answers,
    /// What callers and organisations may use.
    pub(crate) quotas: Quotas,
    /// Bounds how many uploads of plugins are checked at once.
    pub(crate) uploads: Gate,
    /// Bounds how many of them are tried at once, those of the plugin folder included.
    pub(crate) self_tests: Gate,
    /// Bounds how many detections compute at once.
    pub(crate) detections: Gate,
    /// Bounds the bodies in memory; one permit is a KiB.
    pub(crate) bodies: Arc<Semaphore>,
    /// Counted as requests go by.
    pub(crate) metrics: Metrics,
    /// Whether `/metrics` answers.
    pub(crate) metrics_enabled: bool,
    /// Which of them are not called for now.
    pub(crate) breakers: Breakers,
    /// What is known of plugins, and how far they are loaded.
    pub(crate) plugins: Plugins,
    /// Set when the server is told to stop.
    pub(crate) stopping: CancellationToken,
    /// Bounds on requests.
    pub(crate) limits: Limits,
}

/// What differs between one server and another, and in tests.
pub(crate) struct Parts {
    pub(crate) engine: Engine,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) tokens: Tokens,
    pub(crate) vault: Vault,
    pub(crate) oidc: Option<Provider>,
    pub(crate) answers: Answers,
    pub(crate) quotas: Quotas,
    pub(crate) metrics_enabled: bool,
    pub(crate) plugin_policy: PluginPolicy,
    /// Of this start alone.
    pub(crate) replica_id: Uuid,
    /// Stays the same from one start to the next.
    pub(crate) server_name: String,
    pub(crate) limits: Limits,
}

/// The whole state, cheap to clone.
pub(crate) type AppState = Arc<App>;

impl App {
    /// A server of these parts that runs until `stopping`.
    pub(crate) fn new(
        parts: Parts,
        stopping: CancellationToken,
    ) -> Result<Self, prometheus::Error> {
        let Parts { engine, store, clock, random, tokens, vault, oidc, .. } = parts;
        let Parts { answers, quotas, metrics_enabled, limits, .. } = parts;
        let started = clock.now();
        let (running, waiting) = (limits.detections_running_max, limits.detections_waiting_max);
        Ok(Self {
            engine: Arc::new(engine),
            store,
            clock,
            random,
            tokens,
            vault,
            oidc,
            passwords: Passwords::new(&limits),
            lockout: Lockout::new(&limits),
            sessions: Sessions::new(&limits),
            keys: Keys::new(&limits),
            models: Models::new(&limits),
            known_models: Recent::new(limits.models_known_max, limits.session_age_max),
            answers,
            quotas,
            uploads: Gate::new("uploads", limits.uploads_running_max, limits.uploads_waiting_max),
            self_tests: Gate::new(
                "self-tests of plugins",
                limits.self_tests_running_max,
                limits.self_tests_waiting_max,
            ),
            detections: Gate::new("detections", running, waiting),
            bodies: Arc::new(Semaphore::new(limits.bodies_bytes_max / 1024)),
            metrics: Metrics::new(started)?,
            metrics_enabled,
            breakers: Breakers::new(&limits),
            plugins: Plugins::new(
                parts.plugin_policy,
                parts.replica_id,
                parts.server_name,
                &limits,
            ),
            stopping,
            limits,
        })
    }

    /// Call it after a user has changed in the database: it counts at once, here.
    pub(crate) fn forget_user(&self, id: Uuid) {
        self.sessions.forget_where(|session| session.user_id == id);
        self.keys.forget_where(|known| known.key.user_id == id);
    }

    /// Call it after an organisation has changed in the database.
    pub(crate) fn forget_tenant(&self, id: Uuid) {
        self.sessions.forget_where(|session| session.tenant_id == id);
        self.keys.forget_where(|known| known.key.tenant_id == id);
        self.quotas.forget_tenant(id);
    }

    /// Call it after a model has changed in the database.
    pub(crate) fn forget_model(&self, id: Uuid) {
        self.known_models.forget(|known, _| *known == id);
    }

    /// A new identifier, made at `now`.
    pub(crate) fn id(&self, now: OffsetDateTime) -> Uuid {
        self.random.id(now)
    }
}
