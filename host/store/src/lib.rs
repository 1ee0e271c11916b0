//! What outlives the process: organisations, users, sessions, keys, plugins, models, detections,
//! and the audit log. In SQLite or in Postgres, with the same meaning.
//!
//! The only crate with SQL, and the only one that knows Redis. Every operation is a method of
//! [`Store`] in a file of its own, in a folder named after its noun. Time and identifiers are
//! arguments, "not found" is `Ok(None)`, and every other misfortune is a named [`StoreError`].
//!
//! To add an operation, write `src/NOUN/VERB.rs` with one `impl Store`; to change the schema,
//! read `migrations/README.md`.

mod api_keys;
mod audit_logs;
mod captures;
mod columns;
mod database;
mod detections;
pub mod dump;
mod error;
mod fuel;
mod idempotency_keys;
mod identities;
mod last_backup;
mod limiter;
mod login_failures;
mod models;
mod page;
mod password_resets;
mod plugin_comparisons;
mod plugin_uploads;
mod plugins;
mod redis;
mod replicas;
mod secrets;
mod sessions;
mod store;
mod tenants;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod totp;
mod trusted_keys;
mod users;

pub use api_keys::{ApiKey, KnownKey};
pub use audit_logs::{AuditEntry, AuditFilter, AuditLog, AuditVerdict};
pub use captures::{CaptureSummary, NewCapture};
pub use detections::{
    Detection, DetectionDetails, DetectionFilter, DetectionSummary, NewDetection, Retention,
};
pub use error::StoreError;
pub use fuel::BurntFuel;
pub use idempotency_keys::Begun;
pub use identities::Identity;
pub use last_backup::{LastBackup, set_last_backup};
pub use limiter::{Bucket, BucketKey, Left, Limiter, Rate, Taken};
pub use login_failures::{CountedLogin, LoginAttempt, LoginDelays, LoginSubject};
pub use models::{Component, ModelSummary};
pub use page::{Owner, Page};
pub use password_resets::PasswordReset;
pub use plugin_comparisons::KeptComparison;
pub use plugin_uploads::PluginUpload;
pub use plugins::{
    Fallback, NewPlugin, PluginCatalog, PluginChange, PluginName, PluginRefusal, PluginState,
    PluginVersion, Sticky, Uploaded,
};
pub use redis::{Redis, RedisOptions};
pub use replicas::Readiness;
pub use secrets::SecretColumn;
pub use sessions::{Login, Refreshed, Session};
pub use store::{Location, PoolOptions, Store, StoreOptions, Synchronous};
pub use tenants::{HOME_TENANT, Quota, Tenant};
pub use totp::Totp;
pub use trusted_keys::TrustedKey;
pub use users::{Role, User};
