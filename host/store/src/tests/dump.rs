use super::{TestStore, audit, moment, user};
use crate::dump::{Contents, Dump, DumpError, inspect, newest_schema, replace};
use crate::{AuditVerdict, Store, StoreOptions};
use std::path::PathBuf;
use uuid::Uuid;

/// A dump of the database, in a file of its own.
async fn dumped(test: &TestStore) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dump = Dump::begin(&test.options, folder.path()).await.unwrap();
    let path = folder.path().join("dump");
    dump.write_to(&mut std::fs::File::create(&path).unwrap()).unwrap();
    (folder, path)
}

async fn look(options: &StoreOptions) -> Contents {
    inspect(options, moment(0)).await.unwrap()
}

#[tokio::test]
async fn dump_takes_the_place_of_what_was_there() {
    let (test, _) = TestStore::with_user().await;
    let (_scratch, dump) = dumped(&test).await;
    let (other, _) = TestStore::with_user().await;
    let stranger = user(7, "eve@example.org");
    other.store.create_user(&stranger, &audit(7)).await.unwrap();
    other.store.close().await;

    replace(&other.options, &dump).await.unwrap();
    let restored = Store::open(&other.options).await.unwrap();
    assert!(restored.find_user(Uuid::from_u128(1)).await.unwrap().is_some());
    assert!(restored.find_user(Uuid::from_u128(7)).await.unwrap().is_none());
    let verdict = restored.verify_audit_logs().await.unwrap();
    assert!(matches!(verdict, AuditVerdict::Whole { entries: 1, .. }), "{verdict:?}");
    restored.create_user(&stranger, &audit(7)).await.unwrap();
    restored.close().await;
}

#[tokio::test]
async fn what_is_no_dump_leaves_everything_as_it_was() {
    let (test, _) = TestStore::with_user().await;
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump");
    std::fs::write(&dump, "PGDMP, but nothing else").unwrap();
    if std::env::var_os("PYNOMALY_TEST_POSTGRES").is_some() {
        let refused = replace(&test.options, &dump).await.unwrap_err();
        assert!(matches!(refused, DumpError::Program { program: "pg_restore", .. }), "{refused}");
    }
    assert!(test.store.find_user(Uuid::from_u128(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn contents_are_seen_and_left_alone() {
    let test = TestStore::new().await;
    let contents = look(&test.options).await;
    assert!(contents.tables > 10 && !contents.is_served);
    assert_eq!(contents.schema, Some(newest_schema(&test.options.location)));
    let (id, now) = (Uuid::from_u128(3), moment(9));
    test.store.beat_replica(id, "server", now, now).await.unwrap();
    assert!(look(&test.options).await.is_served);
    assert!(!inspect(&test.options, now).await.unwrap().is_served);
}

#[tokio::test]
async fn database_that_is_not_there_is_empty_and_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = TestStore::new().await.options;
    options.location = crate::Location::Sqlite(folder.path().join("none.db"));
    let contents = look(&options).await;
    assert_eq!(contents, Contents { tables: 0, schema: None, is_served: false });
    let missing = Dump::begin(&options, folder.path()).await.unwrap_err();
    assert!(matches!(missing, DumpError::Missing));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
