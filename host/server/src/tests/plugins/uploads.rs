//! Uploads that nobody waits for.

use super::{KNN, TestApp, send, states};
use axum::http::StatusCode;
use pynomaly_store::{PluginUpload, Role};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const UPLOADS: &str = "/api/v1/admin/plugin-uploads";
const ASYNC: (&str, &str) = ("prefer", "wait=10, Respond-Async; x=1");

/// Sends it, and asks until it is over.
async fn follow(test: &TestApp, token: &str, bytes: &[u8], more: &[(&str, &str)]) -> Value {
    let headers = [more, &[ASYNC]].concat();
    let accepted = send(test, token, bytes, &headers).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{accepted:?}");
    assert_eq!(accepted.headers["preference-applied"], "respond-async");
    let location = accepted.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("{UPLOADS}/{}", accepted.string("/id")));
    assert_eq!(accepted.string("/state"), "running");
    for _ in 0..6_000 {
        let upload = test.get(&location, token).await;
        assert_eq!(upload.status, StatusCode::OK, "{upload:?}");
        if upload.string("/state") != "running" {
            return upload.json;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the upload does not end");
}

fn steps(upload: &Value) -> Vec<(&str, &str)> {
    let steps = upload["steps"].as_array().unwrap().iter();
    steps.map(|it| (it["step"].as_str().unwrap(), it["state"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn upload_that_nobody_waits_for_says_how_far_it_is_and_how_it_ended() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let stored = follow(&test, &admin, KNN, &[]).await;
    assert_eq!(stored["state"], "stored", "{stored}");
    assert_eq!(stored["detector_type"], "knn");
    assert_eq!(stored["bytes"], KNN.len());
    let done = [
        "receive",
        "turn",
        "digest",
        "signature",
        "pre-check",
        "compile",
        "describe",
        "name",
        "store",
    ];
    assert_eq!(steps(&stored), done.map(|step| (step, "done")));
    let (digest, _) = &states(&test, &admin).await[0];
    assert_eq!(stored["digest"], digest.as_str());
    // Whoever does it again learns that it is there.
    test.pass_time(1);
    let known = follow(&test, &admin, KNN, &[]).await;
    assert_eq!((&known["state"], &known["digest"]), (&json!("known"), &json!(digest)));
    let list = test.get(UPLOADS, &admin).await;
    let ids: Vec<_> = list.json["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, [&known["id"], &stored["id"]]);
}

#[tokio::test]
async fn refusal_is_the_problem_that_the_answer_would_have_been() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let refused = follow(&test, &admin, b"not wasm", &[("x-request-id", "mine")]).await;
    assert_eq!(refused["state"], "refused", "{refused}");
    assert_eq!(steps(&refused).last(), Some(&("pre-check", "failed")));
    let problem = &refused["problem"];
    assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!("plugin_refused")));
    assert!(problem["detail"].as_str().unwrap().starts_with("format: "), "{problem}");
    assert_eq!(problem["request_id"], "mine");
    assert_eq!(refused["digest"], Value::Null);
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.upload", &admin).await;
    assert_eq!(logs.json["items"][0]["outcome"], "refused");
    // What is wrong with the request itself is answered at once.
    let query = send(&test, &admin, KNN, &[ASYNC, ("content-encoding", "gzip")]).await;
    query.is_problem(415, "content_encoding", None);
    assert_eq!(test.get(UPLOADS, &admin).await.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn upload_of_a_server_that_is_gone_is_lost_and_few_are_remembered() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let most = test.app.limits.uploads_remembered_max;
    let insert = async |number: u32| {
        let now = test.app.clock.now();
        let progress = r#"{"state": "running", "bytes": 3, "steps": [], "detector_type": null,
                           "version": null, "digest": null, "problem": null}"#;
        let upload = PluginUpload {
            id: Uuid::from_u128(number.into()),
            uploaded_by: None,
            progress: progress.into(),
            created_at: now,
            changed_at: now,
        };
        test.app.store.insert_plugin_upload(&upload, most).await.unwrap();
    };
    insert(1).await;
    let path = format!("{UPLOADS}/{}", Uuid::from_u128(1));
    let state = async || test.get(&path, &admin).await.string("/state");
    assert_eq!(state().await, "running");
    test.pass_time(15);
    assert_eq!(state().await, "running");
    test.pass_time(1);
    assert_eq!(state().await, "lost");
    for number in 2..=most + 1 {
        insert(number).await;
    }
    test.get(&path, &admin).await.is_problem(404, "not_found", None);
    let analyst = test.user("bob@example.org", Role::Analyst).await;
    test.get(UPLOADS, &analyst).await.is_problem(403, "forbidden", None);
    test.get(&format!("{UPLOADS}/x"), &analyst).await.is_problem(403, "forbidden", None);
}
