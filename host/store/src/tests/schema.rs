//! A program on the schema of a newer one, as during a roll-out, and after a roll-back.

use super::detections::{ADA, detection};
use super::{TestStore, audit, user};
use crate::{HOME_TENANT, Owner, Store, StoreError};
use uuid::Uuid;

/// What a newer program has done to the database, and that it has.
async fn grow(test: &TestStore) {
    for sql in [
        "CREATE TABLE notes (id BIGINT PRIMARY KEY)",
        "ALTER TABLE users ADD COLUMN nickname TEXT",
        "ALTER TABLE detections ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9000, 'add notes', TRUE, 'x', 0)",
    ] {
        test.store.database.query(sql).execute().await.unwrap();
    }
}

#[tokio::test]
async fn program_serves_on_a_schema_that_only_grew() {
    let (test, _) = TestStore::with_user().await;
    grow(&test).await;
    // Who serves already does not notice.
    test.store.insert_detection(detection(1, ADA)).await.unwrap();
    test.store.close().await;
    let store = Store::open(&test.options).await.unwrap();
    store.insert_detection(detection(2, ADA)).await.unwrap();
    store.create_user(&user(2, "bob@example.org"), &audit(2)).await.unwrap();
    let owner = Owner { tenant_id: HOME_TENANT, user_id: None };
    for number in [1, 2] {
        let read = store.get_detection(Uuid::from_u128(number), owner).await.unwrap();
        assert_eq!(read.unwrap().summary, detection(number, ADA).detection.summary);
    }
    store.close().await;
}

#[tokio::test]
async fn schema_that_took_away_what_the_program_needs_is_refused_by_name() {
    let test = TestStore::new().await;
    grow(&test).await;
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9001, 'drop old notes needs 9000', TRUE, 'x', 0)";
    test.store.database.query(sql).execute().await.unwrap();
    test.store.close().await;
    let refused = Store::open(&test.options).await.unwrap_err();
    assert!(matches!(refused, StoreError::SchemaNewer { needs: 9000, .. }), "{refused}");
    assert!(refused.to_string().contains("knows migration 9000"), "{refused}");
}
