//! The platform over HTTP. The only crate that knows of HTTP, accounts and tokens.
//!
//! Read in this order: `router.rs` (what there is), `state.rs` (what handlers share), any file
//! of `routes/` (a handler states its permission, parses, calls one function, answers),
//! `observe.rs` (what happens around every request), `error.rs` (which misfortune has which
//! status), `serve/` (how it all starts and stops).
//!
//! To add a route: a file under `routes/`, a line in `router.rs`, a line in `openapi.rs`, then
//! `UPDATE_DOCS=1 cargo test -p pynomaly-server`.

mod accounts;
mod answer;
mod audit;
mod auth;
mod body;
mod cache;
mod clock;
mod config;
mod docs_page;
mod error;
mod gate;
mod idempotency;
mod job;
mod limits;
mod logging;
mod metrics;
mod models;
mod names;
mod observe;
mod openapi;
mod pack;
mod page;
mod plugins;
mod problem;
mod proxies;
mod quota;
mod random;
mod request_id;
mod router;
mod routes;
mod serve;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod tls;
mod unread;
mod vault;

pub use accounts::{AccountError, Created, NewAccount};
pub use cache::CacheOptions;
pub use config::{
    Auth, BackupOptions, Checked, Config, ConfigError, Database, Environment, Oidc, Secret,
    Setting, Source, VARIABLES, Variable,
};
pub use limits::Limits;
pub use logging::init_logging;
pub use openapi::openapi_json;
pub use plugins::{
    GateLimits, GateMode, GatePolicy, PluginPolicy, PluginSources, SignError, sign, sign_embedded,
};
pub use pynomaly_store::{AuditVerdict, HOME_TENANT, Role};
pub use quota::QuotaOptions;
pub use serve::{ServeError, create_user, migrate, rotate_secrets, serve, verify_audit_logs};
pub use tls::{TlsError, TlsFiles};
pub use vault::Rotated;

/// Files of the data folder that are secrets, made by a first start. Its other files can be made
/// anew, or name the server alone.
pub const SECRET_FILES: &[&str] = &[auth::secret::JWT_SECRET, vault::KEY_FILE];
