use super::{TestStore, audit, moment};
use crate::{
    Component, Fallback, NewPlugin, PluginChange, PluginRefusal, PluginState, PluginVersion,
    Sticky, Uploaded,
};
use uuid::Uuid;

const CANARY: PluginState = PluginState::Canary { percent: 5, sticky: Sticky::Tenant };

fn version(digest: &str, version: &str) -> PluginVersion {
    PluginVersion {
        digest: digest.into(),
        name: "knn".into(),
        version: version.into(),
        state: PluginState::Uploaded,
        reason: None,
        key_id: Some("k".into()),
        uploaded_by: Some(Uuid::from_u128(1)),
        report: None,
        cost_card: Some("{}".into()),
        created_at: moment(0),
        changed_at: moment(0),
    }
}

pub(super) async fn upload(test: &TestStore, digest: &str, versions_max: usize) -> Uploaded {
    let component = Component { digest: digest.into(), bytes: digest.as_bytes().to_vec() };
    let plugin = NewPlugin {
        version: &version(digest, "1.0.0"),
        component: &component,
        signature: Some([7; 64]),
        versions_max,
    };
    let number = u128::from_str_radix(digest, 36).unwrap();
    test.store.upload_plugin(&plugin, &audit(number)).await.unwrap()
}

pub(super) async fn change(
    test: &TestStore,
    digest: &str,
    revision: u64,
    state: PluginState,
) -> Result<u64, PluginRefusal> {
    let change = PluginChange {
        name: "knn",
        digest,
        revision,
        state,
        reason: Some("because"),
        changed_by: None,
        now: moment(1),
    };
    let number = 1_000 + u128::from(test.store.plugin_revision().await.unwrap());
    test.store.change_plugin(&change, &audit(number)).await.unwrap()
}

async fn states(test: &TestStore) -> Vec<(String, &'static str)> {
    let catalog = test.store.list_plugins().await.unwrap();
    catalog.versions.into_iter().map(|it| (it.digest, it.state.name())).collect()
}

#[tokio::test]
async fn uploaded_version_is_there_with_its_bytes_and_once() {
    let test = TestStore::new().await;
    assert_eq!(test.store.plugin_revision().await.unwrap(), 0);
    assert_eq!(upload(&test, "a", 2).await, Uploaded::New);
    assert_eq!(upload(&test, "a", 2).await, Uploaded::Known);
    assert_eq!(upload(&test, "b", 2).await, Uploaded::New);
    assert_eq!(upload(&test, "c", 2).await, Uploaded::TooMany);
    let catalog = test.store.list_plugins().await.unwrap();
    // What changed nothing told nobody.
    assert_eq!(catalog.revision, 2);
    assert_eq!(catalog.version("a"), Some(&version("a", "1.0.0")));
    assert_eq!(catalog.name("knn").unwrap().revision, 0);
    assert_eq!(test.store.get_component("a").await.unwrap().unwrap(), b"a");
    // What models need no more a plugin still needs.
    test.store.prune_components().await.unwrap();
    assert!(test.store.get_component("a").await.unwrap().is_some());
}

#[tokio::test]
async fn promoting_retires_what_was_active_and_remembers_it() {
    let test = TestStore::new().await;
    for digest in ["a", "b", "c"] {
        upload(&test, digest, 9).await;
    }
    assert_eq!(change(&test, "a", 0, PluginState::Active).await, Ok(1));
    assert_eq!(change(&test, "b", 1, CANARY).await, Ok(2));
    assert_eq!(change(&test, "c", 2, CANARY).await, Ok(3));
    let expected = [("a", "active"), ("b", "uploaded"), ("c", "canary")];
    assert_eq!(states(&test).await, expected.map(|(digest, state)| (digest.to_owned(), state)));
    assert_eq!(change(&test, "c", 3, PluginState::Active).await, Ok(4));
    let expected = [("a", "retired"), ("b", "uploaded"), ("c", "active")];
    assert_eq!(states(&test).await, expected.map(|(digest, state)| (digest.to_owned(), state)));
    let catalog = test.store.list_plugins().await.unwrap();
    assert_eq!(catalog.name("knn").unwrap().previous_digest.as_deref(), Some("a"));
    assert_eq!(catalog.version("c").unwrap().reason.as_deref(), Some("because"));
}

#[tokio::test]
async fn of_two_who_have_seen_the_same_one_comes_too_late() {
    let test = TestStore::new().await;
    upload(&test, "a", 9).await;
    upload(&test, "b", 9).await;
    let (one, other) = tokio::join!(
        change(&test, "a", 0, PluginState::Active),
        change(&test, "b", 0, PluginState::Active)
    );
    let outcomes = [one, other];
    assert!(outcomes.contains(&Ok(1)), "{outcomes:?}");
    assert!(outcomes.contains(&Err(PluginRefusal::Stale(1))), "{outcomes:?}");
    let active = states(&test).await.into_iter().filter(|(_, state)| *state == "active").count();
    assert_eq!(active, 1);
}

#[tokio::test]
async fn states_follow_each_other_only_as_they_may() {
    let test = TestStore::new().await;
    upload(&test, "a", 9).await;
    assert_eq!(change(&test, "x", 0, PluginState::Active).await, Err(PluginRefusal::Missing));
    assert_eq!(change(&test, "a", 0, PluginState::Quarantined).await, Ok(1));
    let refused = Err(PluginRefusal::From(PluginState::Quarantined));
    assert_eq!(change(&test, "a", 1, PluginState::Active).await, refused);
    assert_eq!(change(&test, "a", 1, PluginState::Retired).await, Ok(2));
    assert_eq!(change(&test, "a", 2, PluginState::Active).await, Ok(3));
    let refused = Err(PluginRefusal::From(PluginState::Active));
    assert_eq!(change(&test, "a", 3, CANARY).await, refused);
    // Retiring what is active leaves it to be rolled back to.
    assert_eq!(change(&test, "a", 3, PluginState::Retired).await, Ok(4));
    let catalog = test.store.list_plugins().await.unwrap();
    assert_eq!(catalog.name("knn").unwrap().previous_digest.as_deref(), Some("a"));
}

#[tokio::test]
async fn only_what_serves_nobody_is_deleted() {
    let test = TestStore::new().await;
    upload(&test, "a", 9).await;
    change(&test, "a", 0, PluginState::Active).await.unwrap();
    assert!(!test.store.delete_plugin("a", &audit(90)).await.unwrap());
    change(&test, "a", 1, PluginState::Retired).await.unwrap();
    assert!(test.store.delete_plugin("a", &audit(91)).await.unwrap());
    let catalog = test.store.list_plugins().await.unwrap();
    assert!(catalog.versions.is_empty());
    assert_eq!(catalog.name("knn").unwrap().previous_digest, None);
    assert!(test.store.get_component("a").await.unwrap().is_none());
    assert!(test.store.list_components().await.unwrap().is_empty());
    assert!(test.store.list_model_components().await.unwrap().is_empty());
}

#[tokio::test]
async fn files_are_remembered_by_server() {
    let test = TestStore::new().await;
    let store = &test.store;
    store.note_plugin_file("s", "knn.wasm", Some("a")).await.unwrap();
    store.note_plugin_file("s", "knn.wasm", Some("b")).await.unwrap();
    store.note_plugin_file("t", "knn.wasm", Some("c")).await.unwrap();
    let files = store.list_plugin_files("s").await.unwrap();
    assert_eq!(files, [("knn.wasm".to_owned(), "b".to_owned())]);
    store.note_plugin_file("s", "knn.wasm", None).await.unwrap();
    assert!(store.list_plugin_files("s").await.unwrap().is_empty());
}

#[tokio::test]
async fn readiness_is_that_of_servers_that_live() {
    let test = TestStore::new().await;
    let store = &test.store;
    upload(&test, "a", 9).await;
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    store.report_plugin(one, "a", None).await.unwrap();
    assert!(store.list_readiness(moment(0)).await.unwrap().is_empty());
    store.beat_replica(one, "s", moment(10), moment(0)).await.unwrap();
    store.beat_replica(other, "t", moment(0), moment(0)).await.unwrap();
    store.report_plugin(one, "a", Some("no room")).await.unwrap();
    store.report_plugin(one, "a", None).await.unwrap();
    store.report_plugin(one, "x", None).await.unwrap();
    let all = store.list_readiness(moment(0)).await.unwrap();
    let seen: Vec<_> = all.iter().map(|it| (it.replica_id, it.digest.as_deref())).collect();
    assert_eq!(seen, [(one, Some("a")), (other, None)]);
    assert_eq!(store.list_readiness(moment(5)).await.unwrap().len(), 1);
    assert!(!store.beat_replica(one, "s", moment(20), moment(10)).await.unwrap());
    // Started again: it was not the end of the other that was missed.
    assert!(store.beat_replica(other, "s", moment(20), moment(10)).await.unwrap());
    assert_eq!(store.list_readiness(moment(0)).await.unwrap()[0].replica_id, other);
    store.end_replica(other).await.unwrap();
    assert!(store.list_readiness(moment(0)).await.unwrap().is_empty());
}

#[tokio::test]
async fn fallback_is_guarded_by_the_revision_and_moves_the_catalog_on() {
    let test = TestStore::new().await;
    upload(&test, "1", 10).await;
    let set = async |revision, fallback: Option<&Fallback>| {
        let number = 2_000 + u128::from(test.store.plugin_revision().await.unwrap());
        let set = test.store.set_plugin_fallback("knn", revision, fallback, &audit(number)).await;
        set.unwrap()
    };
    let before = test.store.plugin_revision().await.unwrap();
    let detector = Fallback::Detector("ecod".into());
    for (revision, fallback) in [(0, Some(&detector)), (1, Some(&Fallback::Previous)), (2, None)] {
        assert_eq!(set(revision, fallback).await, Ok(revision + 1));
        let catalog = test.store.list_plugins().await.unwrap();
        assert_eq!(catalog.name("knn").unwrap().fallback.as_ref(), fallback);
    }
    assert_eq!(set(0, None).await, Err(PluginRefusal::Stale(3)));
    assert_eq!(test.store.plugin_revision().await.unwrap(), before + 3);
    let nobody = test.store.set_plugin_fallback("lof", 0, None, &audit(1)).await.unwrap();
    assert_eq!(nobody, Err(PluginRefusal::Missing));
}
