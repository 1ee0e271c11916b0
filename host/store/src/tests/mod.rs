//! The store on real databases; see [`crate::testing`].

mod api_keys;
mod audit_logs;
mod captures;
mod detections;
mod dump;
mod failures;
mod fuel;
mod idempotency_keys;
mod identities;
mod indexes;
mod last_backup;
mod limiter;
mod login_failures;
mod models;
mod plugin_comparisons;
mod plugin_uploads;
mod plugins;
mod schema;
mod sessions;
mod tenants;
mod totp;
mod trusted_keys;
mod users;

use crate::testing::location;
use crate::{AuditEntry, HOME_TENANT, PoolOptions, Role, Store, StoreOptions, Synchronous, User};
use std::time::Duration as StdDuration;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A database of its own.
struct TestStore {
    store: Store,
    options: StoreOptions,
    _folder: tempfile::TempDir,
}

impl TestStore {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions {
            location: location(folder.path()).await,
            pool: PoolOptions { connections_max: 2, ..PoolOptions::default() },
            statement_timeout: StdDuration::from_secs(5),
            queue_length: 64,
            synchronous: Synchronous::Normal,
        };
        let store = Store::open(&options).await.unwrap();
        Self { store, options, _folder: folder }
    }

    async fn with_user() -> (Self, User) {
        let test = Self::new().await;
        let user = user(1, "ada@example.org");
        test.store.create_user(&user, &audit(1)).await.unwrap();
        (test, user)
    }
}

fn moment(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_700_000_000 + seconds)
}

fn user(number: u128, email: &str) -> User {
    User {
        id: Uuid::from_u128(number),
        tenant_id: HOME_TENANT,
        email: email.into(),
        password_hash: "$argon2id$".into(),
        role: Role::Analyst,
        is_active: true,
        has_totp: false,
        created_at: moment(0),
    }
}

fn audit(number: u128) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(number),
        timestamp: moment(0),
        tenant_id: Some(HOME_TENANT),
        user_id: None,
        action: "user.create".into(),
        subject: "ada@example.org".into(),
        outcome: "done".into(),
        address: "192.0.2.1".into(),
        request_id: "test".into(),
        before: None,
        after: Some("{}".into()),
    }
}
