//! The store on real SQLite files.

mod detections;
mod sessions;
mod users;

use crate::{AuditEntry, Role, Store, StoreOptions, Synchronous, User};
use std::path::Path;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A database in a folder of its own, gone with it.
struct TestStore {
    store: Store,
    folder: tempfile::TempDir,
}

impl TestStore {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&options(folder.path())).await.unwrap();
        Self { store, folder }
    }

    async fn with_user() -> (Self, User) {
        let test = Self::new().await;
        let user = user(1, "ada@example.org");
        test.store.create_user(&user, &audit(1)).await.unwrap();
        (test, user)
    }
}

fn options(folder: &Path) -> StoreOptions {
    StoreOptions {
        file: folder.join("deep/er/pynomaly.db"),
        pool_size: 2,
        queue_length: 64,
        synchronous: Synchronous::Normal,
    }
}

fn moment(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_700_000_000 + seconds)
}

fn user(number: u128, email: &str) -> User {
    User {
        id: Uuid::from_u128(number),
        email: email.into(),
        password_hash: "$argon2id$".into(),
        role: Role::Analyst,
        is_active: true,
        created_at: moment(0),
    }
}

fn audit(number: u128) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(number),
        timestamp: moment(0),
        user_id: None,
        action: "user.create",
        subject: "ada@example.org".into(),
        request_id: "test".into(),
    }
}
