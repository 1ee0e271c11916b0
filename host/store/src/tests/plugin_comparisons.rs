use super::plugins::{change, upload};
use super::{TestStore, moment};
use crate::PluginState;

async fn add(test: &TestStore, candidate: &str, active: &str, second: i64, more: &str) -> bool {
    let add = |before: Option<&str>| format!("{}{more}", before.unwrap_or_default());
    let added = test.store.add_to_plugin_comparison(candidate, active, moment(second), add);
    added.await.unwrap()
}

#[tokio::test]
async fn sums_grow_until_the_versions_go_or_another_shadow_begins() {
    let test = TestStore::new().await;
    for digest in ["a", "b"] {
        upload(&test, digest, 100).await;
    }
    assert_eq!(test.store.get_plugin_comparison("b", "a").await.unwrap(), None);
    assert!(add(&test, "b", "a", 1, "x").await && add(&test, "b", "a", 2, "y").await);
    assert!(!add(&test, "b", "gone", 1, "x").await && !add(&test, "gone", "a", 1, "x").await);
    let kept = test.store.get_plugin_comparison("b", "a").await.unwrap().unwrap();
    assert_eq!((&*kept.sums, kept.since, kept.until), ("xy", moment(1), moment(2)));
    let shadow = |percent| PluginState::Shadow { percent };
    assert_eq!(change(&test, "b", 0, shadow(10)).await, Ok(1));
    assert_eq!(test.store.get_plugin_comparison("b", "a").await.unwrap(), None);
    let catalog = test.store.list_plugins().await.unwrap();
    assert_eq!(catalog.version("b").unwrap().state, shadow(10));
    // Another share goes on with what there is.
    assert!(add(&test, "b", "a", 3, "z").await);
    assert_eq!(change(&test, "b", 1, shadow(20)).await, Ok(2));
    assert!(test.store.get_plugin_comparison("b", "a").await.unwrap().is_some());
    assert_eq!(change(&test, "b", 2, PluginState::Retired).await, Ok(3));
    assert!(test.store.delete_plugin("b", &super::audit(77)).await.unwrap());
    assert_eq!(test.store.get_plugin_comparison("b", "a").await.unwrap(), None);
}

#[tokio::test]
async fn of_many_who_add_at_the_same_time_nobody_is_lost() {
    let test = TestStore::new().await;
    for digest in ["a", "b"] {
        upload(&test, digest, 100).await;
    }
    let adding: Vec<_> = (0..8)
        .map(|_| {
            let store = test.store.clone();
            tokio::spawn(async move {
                let add = |before: Option<&str>| format!("{}x", before.unwrap_or_default());
                store.add_to_plugin_comparison("b", "a", moment(1), add).await
            })
        })
        .collect();
    for added in adding {
        assert!(added.await.unwrap().unwrap());
    }
    let kept = test.store.get_plugin_comparison("b", "a").await.unwrap().unwrap();
    assert_eq!(kept.sums, "x".repeat(8));
}
