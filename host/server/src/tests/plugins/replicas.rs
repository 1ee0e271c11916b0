//! What one server does, the others do; and what is there after a sudden end.

use super::*;

#[tokio::test]
async fn replica_follows_and_is_waited_for() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let replica = test.replica().await;
    for app in [&test.app, &replica.app] {
        beat(app).await.unwrap();
    }
    let first = upload(&test, &admin, KNN).await;
    // Here it is ready; there nobody has looked yet.
    let ready = async || {
        let versions = test.get(&format!("{PLUGINS}/knn"), &admin).await;
        let replicas = versions.json["items"][0]["replicas"].as_array().unwrap().clone();
        replicas.iter().filter(|it| it["is_ready"] == true).count()
    };
    assert_eq!(ready().await, 1);
    apply(&replica.app).await.unwrap();
    let promoting = change(&test, &admin, "promote", json!({"digest": first, "revision": 0}));
    let (promoted, ()) = tokio::join!(promoting, load_all(&replica.app));
    assert_eq!(promoted.status, StatusCode::OK, "{promoted:?}");
    assert_eq!(ready().await, 2);
    assert_eq!(answers(&test, &admin, "knn").await, first);
    apply(&replica.app).await.unwrap();
    assert_eq!(answers(&replica, &admin, "knn").await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn replica_has_the_cost_card_that_another_has_measured() {
    let (mut test, _) = TestApp::with_user(Role::Admin).await;
    let policy = PluginPolicy { is_self_tested: true, ..PluginPolicy::default() };
    let app = Arc::get_mut(&mut test.app).unwrap();
    app.plugins = Plugins::new(policy, Uuid::from_u128(1), "server".into(), &app.limits);
    let admin = test.login("ada@example.org", PASSWORD).await.string("/access_token");
    let first = upload(&test, &admin, KNN).await;
    let replica = test.replica().await;
    apply(&replica.app).await.unwrap();
    load_all(&replica.app).await;
    let path = format!("/api/v1/detectors/knn@{first}");
    let cost = replica.get(&path, &admin).await.json["cost"].clone();
    assert_eq!(cost["digest"], first, "{cost}");
    assert_eq!(cost, test.get(&path, &admin).await.json["cost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn version_that_was_never_tried_is_tried_when_it_is_uploaded_again() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let mut replica = test.replica().await;
    let policy = PluginPolicy { is_self_tested: true, ..PluginPolicy::default() };
    let app = Arc::get_mut(&mut replica.app).unwrap();
    app.plugins = Plugins::new(policy, Uuid::from_u128(2), "replica".into(), &app.limits);
    let report = async || {
        let versions = test.get(&format!("{PLUGINS}/knn"), &admin).await;
        versions.json["items"][0].get("report").cloned()
    };
    assert_eq!(report().await, None);
    let again = send(&replica, &admin, KNN, &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(report().await.unwrap()["passed"], true);
    apply(&test.app).await.unwrap();
    let card = test.get(&format!("/api/v1/detectors/knn@{first}"), &admin).await;
    assert_eq!(card.json["cost"]["digest"], first, "{card:?}");
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.self_test", &admin).await;
    assert_eq!(logs.json["items"].as_array().unwrap().len(), 1, "{logs:?}");
}

#[tokio::test]
async fn server_that_ends_between_store_and_swap_comes_back_as_the_database_says() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    // What another server, or this one in its last moment, has stored.
    let promote = PluginChange {
        name: "knn",
        digest: &second,
        revision: 1,
        state: PluginState::Active,
        reason: None,
        changed_by: None,
        now: test.app.clock.now(),
    };
    let audit = crate::audit::Actor::local("test", test.app.clock.now());
    let audit = audit.done(&test.app.random, "plugin.promote", "knn");
    test.app.store.change_plugin(&promote, &audit).await.unwrap().unwrap();
    assert_eq!(answers(&test, &admin, "knn").await, first);
    let restarted = test.replica().await;
    apply(&restarted.app).await.unwrap();
    load_all(&restarted.app).await;
    assert_eq!(answers(&restarted, &admin, "knn").await, second);
    apply(&test.app).await.unwrap();
    assert_eq!(answers(&test, &admin, "knn").await, second);
    let verdict = test.app.store.verify_audit_logs().await.unwrap();
    assert!(matches!(verdict, pynomaly_store::AuditVerdict::Whole { .. }), "{verdict:?}");
}

#[tokio::test]
async fn what_cannot_be_compiled_here_does_not_displace_what_serves() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let replica = test.replica().await;
    apply(&replica.app).await.unwrap();
    load_all(&replica.app).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    change(&test, &admin, "promote", json!({"digest": second, "revision": 1})).await;
    // It knows of the second and has not compiled it.
    apply(&replica.app).await.unwrap();
    assert_eq!(answers(&replica, &admin, "knn").await, first);
    load_all(&replica.app).await;
    assert_eq!(answers(&replica, &admin, "knn").await, second);
}
