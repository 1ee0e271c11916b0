use super::{TestStore, audit, moment};
use crate::{AuditEntry, AuditFilter, AuditVerdict};
use uuid::Uuid;

async fn with_entries(count: u128) -> TestStore {
    let test = TestStore::new().await;
    for number in 1..=count {
        let action = if number % 2 == 0 { "model.delete" } else { "user.create" }.into();
        let entry = AuditEntry { action, ..audit(number) };
        test.store.append_audit_log(&entry).await.unwrap();
    }
    test
}

/// What somebody with the database in hand could do.
async fn tamper(
    test: &TestStore,
    sqlite: &'static [&'static str],
    postgres: &'static [&'static str],
) {
    let is_sqlite = matches!(test.options.location, crate::Location::Sqlite(_));
    for sql in if is_sqlite { sqlite } else { postgres } {
        test.store.database.query(sql).execute().await.unwrap();
    }
}

#[tokio::test]
async fn whole_chain_is_found_whole() {
    let test = with_entries(5).await;
    let whole = AuditVerdict::Whole { entries: 5, unchained: 0 };
    assert_eq!(test.store.verify_audit_logs().await.unwrap(), whole);
    let page = test.store.list_audit_logs(&AuditFilter::default(), None, 3).await.unwrap();
    assert_eq!(page.items.iter().map(|it| it.sequence).collect::<Vec<_>>(), [5, 4, 3]);
    assert_eq!(page.items[0].entry, audit(5));
    let rest = test.store.list_audit_logs(&AuditFilter::default(), page.next, 3).await.unwrap();
    assert_eq!(rest.items.iter().map(|it| it.sequence).collect::<Vec<_>>(), [2, 1]);
}

#[tokio::test]
async fn filters_narrow_the_log() {
    let test = with_entries(4).await;
    let by_action = AuditFilter { action: Some("model.delete".into()), ..Default::default() };
    let by_tenant = AuditFilter { tenant_id: Some(Uuid::from_u128(9)), ..Default::default() };
    let by_time = AuditFilter { since: Some(moment(1)), ..Default::default() };
    for (filter, count) in [(by_action, 2), (by_tenant, 0), (by_time, 0)] {
        let page = test.store.list_audit_logs(&filter, None, 9).await.unwrap();
        assert_eq!(page.items.len(), count, "{filter:?}");
    }
}

#[tokio::test]
async fn entries_are_neither_changed_nor_deleted() {
    let test = with_entries(1).await;
    for sql in ["UPDATE audit_logs SET subject = 'eve'", "DELETE FROM audit_logs"] {
        assert!(test.store.database.query(sql).execute().await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn edited_and_removed_entries_are_found() {
    const DROP: &str = "DROP TRIGGER audit_logs_are_not_changed";
    const DROP_DELETE: &str = "DROP TRIGGER audit_logs_are_not_deleted";
    const DROP_POSTGRES: &str = "DROP TRIGGER audit_logs_are_not_changed ON audit_logs";
    const EDIT: &str = "UPDATE audit_logs SET subject = 'eve' WHERE sequence = 3";
    const REMOVE: &str = "DELETE FROM audit_logs WHERE sequence = 2";
    const REMOVE_LAST: &str = "DELETE FROM audit_logs WHERE sequence = 5";
    let cases: [(&[_], &[_], u64, &str); 3] = [
        (&[DROP, EDIT], &[DROP_POSTGRES, EDIT], 3, "the entry was edited"),
        (&[DROP_DELETE, REMOVE], &[DROP_POSTGRES, REMOVE], 2, "the entry is missing"),
        (&[DROP_DELETE, REMOVE_LAST], &[DROP_POSTGRES, REMOVE_LAST], 5, "the entry is missing"),
    ];
    for (sqlite, postgres, sequence, reason) in cases {
        let test = with_entries(5).await;
        tamper(&test, sqlite, postgres).await;
        let broken = AuditVerdict::Broken { sequence, reason };
        assert_eq!(test.store.verify_audit_logs().await.unwrap(), broken);
    }
}

#[tokio::test]
async fn entries_of_a_crowd_make_one_chain() {
    let test = TestStore::new().await;
    let writes = (1..=40).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move { store.append_audit_log(&audit(number)).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap().unwrap();
    }
    let whole = AuditVerdict::Whole { entries: 40, unchained: 0 };
    assert_eq!(test.store.verify_audit_logs().await.unwrap(), whole);
}
