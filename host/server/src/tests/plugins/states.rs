//! Which version serves, after each change.

use super::*;

#[tokio::test]
async fn promoting_and_rolling_back_are_one_call_and_audited() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &version(KNN, b"1.0.1")).await;
    let promoted =
        change(&test, &admin, "promote", json!({"version": "1.0.0", "revision": 0})).await;
    assert_eq!(
        (promoted.string("/state"), &promoted.json["revision"]),
        ("active".into(), &json!(1))
    );
    assert_eq!(answers(&test, &admin, "knn").await, first);
    change(&test, &admin, "rollback", json!({"revision": 1})).await.is_problem(
        409,
        "nothing_to_roll_back_to",
        None,
    );
    // Somebody else has promoted since revision 0.
    let late = change(&test, &admin, "promote", json!({"digest": second, "revision": 0})).await;
    late.is_problem(409, "changed", None);
    assert_eq!(answers(&test, &admin, "knn").await, first);
    change(&test, &admin, "promote", json!({"digest": second, "revision": 1})).await;
    assert_eq!(answers(&test, &admin, "knn").await, second);
    // What is retired still serves who names it.
    assert_eq!(answers(&test, &admin, "knn@1.0.0").await, first);
    let back = change(&test, &admin, "rollback", json!({"revision": 2})).await;
    assert_eq!(back.string("/digest"), first, "{back:?}");
    assert_eq!(answers(&test, &admin, "knn").await, first);
    let late = change(&test, &admin, "rollback", json!({"revision": 2})).await;
    late.is_problem(409, "changed", None);
    let retired =
        change(&test, &admin, "retire", json!({"digest": first, "revision": 3, "reason": "old"}));
    let retired = retired.await;
    assert_eq!(
        (retired.string("/state"), retired.string("/reason")),
        ("retired".into(), "old".into())
    );
    assert_eq!(answers(&test, &admin, "knn").await, "unknown_detector");
    for (action, count) in [("plugin.promote", 2), ("plugin.rollback", 1), ("plugin.retire", 1)] {
        let logs = test.get(&format!("/api/v1/admin/audit-logs?action={action}"), &admin).await;
        assert_eq!(logs.json["items"].as_array().unwrap().len(), count, "{logs:?}");
    }
}

#[tokio::test]
async fn of_two_admins_who_promote_at_once_one_is_told() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let other = test.user("bob@example.org", Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    let (one, two) = tokio::join!(
        change(&test, &admin, "promote", json!({"digest": first, "revision": 0})),
        change(&test, &other, "promote", json!({"digest": second, "revision": 0}))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    let winner = if one.status == StatusCode::OK { first } else { second };
    assert_eq!(answers(&test, &admin, "knn").await, winner);
}

#[tokio::test]
async fn quarantined_version_serves_nobody_nor_what_it_fitted() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [9.0]]);
    let body = json!({"name": "pumps", "data": rows, "detector_type": "knn"});
    let model = test.post("/api/v1/models", &admin, &body).await.string("/model_id");
    let score = format!("/api/v1/models/{model}/score");
    let rows = json!({"data": [[1.5]]});
    assert_eq!(test.post(&score, &admin, &rows).await.status, StatusCode::OK);
    let body = json!({"digest": first, "revision": 1, "reason": "leaks"});
    assert_eq!(change(&test, &admin, "quarantine", body).await.string("/state"), "quarantined");
    for detector_type in ["knn".to_owned(), format!("knn@{first}")] {
        assert_eq!(answers(&test, &admin, &detector_type).await, "unknown_detector");
    }
    test.post(&score, &admin, &rows).await.is_problem(409, "detector_gone", None);
    let promote = json!({"digest": first, "revision": 2});
    change(&test, &admin, "promote", promote).await.is_problem(409, "plugin_state", None);
    change(&test, &admin, "retire", json!({"digest": first, "revision": 2})).await;
    load_all(&test.app).await;
    assert_eq!(test.post(&score, &admin, &rows).await.status, StatusCode::OK);
}

#[tokio::test]
async fn shadow_sees_its_share_and_answers_nobody() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    let comparison = format!("{PLUGINS}/knn/comparison?candidate={second}");
    test.get(&comparison, &admin).await.is_problem(409, "nothing_active", None);
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let shadow = |more: Value| {
        let mut body = json!({"digest": second, "revision": 1, "state": "shadow"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (wrong, pointer) in [
        (json!({"shadow": {"percent": 0}}), "/shadow/percent"),
        (json!({"shadow": {"percent": 101}}), "/shadow/percent"),
        (json!({"canary": {"percent": 5, "sticky": "tenant"}}), "/canary"),
        (json!({"state": "active", "shadow": {"percent": 5}}), "/shadow"),
        (json!({"force": {"reason": ""}}), "/force/reason"),
        (json!({"force": {"reason": "x".repeat(201)}}), "/force/reason"),
    ] {
        let refused = change(&test, &admin, "promote", shadow(wrong)).await;
        refused.is_problem(422, "invalid_body", Some(pointer));
    }
    let promoted = change(&test, &admin, "promote", shadow(json!({}))).await;
    assert_eq!(promoted.json["shadow"], json!({"percent": 10}), "{promoted:?}");
    let body =
        json!({"digest": second, "revision": 2, "state": "shadow", "shadow": {"percent": 100}});
    assert_eq!(change(&test, &admin, "promote", body).await.status, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(answers(&test, &admin, "knn").await, first);
    }
    // Nobody computes in this test: what was offered waits.
    let compared = test.get(&comparison, &admin).await;
    assert_eq!(compared.json["requests"], 0, "{compared:?}");
    assert_eq!(compared.json["gate"]["passed"], false);
    assert_eq!(compared.json["active"]["digest"], first.as_str());
    let refused = change(&test, &admin, "promote", json!({"digest": second, "revision": 3})).await;
    refused.is_problem(409, "gate", Some("/gate/requests_min"));
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.promote", &admin).await;
    assert_eq!(logs.json["items"][0]["outcome"], "refused", "{logs:?}");
    assert!(logs.json["items"][0].to_string().contains("requests_min"), "{logs:?}");
    let unknown = test.get(&format!("{PLUGINS}/knn/comparison?candidate=sha256:x"), &admin).await;
    unknown.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn canary_serves_its_share_and_stays_with_a_tenant() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &version(KNN, b"1.0.1")).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let canary = |percent, sticky, revision| {
        json!({"digest": second, "revision": revision, "state": "canary",
               "canary": {"percent": percent, "sticky": sticky}})
    };
    let sings = change(&test, &admin, "promote", canary(100, "tenant", 1)).await;
    assert_eq!(sings.json["canary"], json!({"percent": 100, "sticky": "tenant"}), "{sings:?}");
    assert_eq!(answers(&test, &admin, "knn").await, second);
    assert_eq!(answers(&test, &admin, "knn@1.0.0").await, first);
    let metrics = test.get("/metrics", "").await.text;
    assert!(metrics.contains("detector=\"knn\"") && !metrics.contains("knn@"), "{metrics}");
    let half = change(&test, &admin, "promote", canary(50, "model", 2)).await;
    assert_eq!(half.json["revision"], 3, "{half:?}");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        seen.insert(answers(&test, &admin, "knn").await);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>().len(), 2);
    let refused = change(&test, &admin, "promote", canary(0, "model", 3)).await;
    refused.is_problem(422, "invalid_body", Some("/canary/percent"));
    let body = json!({"digest": second, "revision": 3, "state": "canary"});
    change(&test, &admin, "promote", body).await.is_problem(422, "invalid_body", Some("/canary"));
}
