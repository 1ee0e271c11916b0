use super::TestApp;
use axum::http::StatusCode;
use pynomaly_store::Role;
use serde_json::{Value, json};

const DETECTIONS: &str = "/api/v1/detections";

async fn detect(test: &TestApp, token: &str) -> Value {
    let body = json!({"data": [[1.0], [1.5], [9.0]]});
    let answer = test.detect(token, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json
}

fn path(detection: &Value) -> String {
    format!("{DETECTIONS}/{}", detection["detection_id"].as_str().unwrap())
}

#[tokio::test]
async fn answer_is_kept_word_for_word() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let answer = detect(&test, &token).await;
    assert_eq!(test.get(&path(&answer), &token).await.json, answer);
}

#[tokio::test]
async fn analysts_see_their_own_and_others_the_organisations() {
    let (test, ada) = TestApp::with_user(Role::Analyst).await;
    let bob = test.user("bob@example.org", Role::Analyst).await;
    let admin = test.user("admin@example.org", Role::Admin).await;
    let viewer = test.user("viewer@example.org", Role::Viewer).await;
    let detection = detect(&test, &ada).await;
    assert_eq!(test.get(&path(&detection), &admin).await.status, StatusCode::OK);
    test.get(&path(&detection), &bob).await.is_problem(404, "not_found", None);
    for (token, count) in [(&ada, 1), (&bob, 0), (&admin, 1), (&viewer, 1)] {
        let list = test.get(DETECTIONS, token).await;
        assert_eq!(list.json["items"].as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn list_goes_page_by_page_without_results() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        test.pass_time(1);
        made.push(detect(&test, &token).await["detection_id"].clone());
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let list = test.get(&format!("{DETECTIONS}?limit=2{cursor}"), &token).await;
        for item in list.json["items"].as_array().unwrap() {
            assert!(item.get("results").is_none());
            seen.push(item["detection_id"].clone());
        }
        cursor = format!("&cursor={}", list.string("/next_cursor"));
    }
    seen.reverse();
    assert_eq!(seen, made);
    assert_eq!(cursor, "&cursor=");
}

#[tokio::test]
async fn wrong_queries_and_ids_are_named() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "page=2"] {
        let answer = test.get(&format!("{DETECTIONS}?{query}"), &token).await;
        answer.is_problem(422, "invalid_query", None);
    }
    for id in ["x", "00000000-0000-0000-0000-000000000000"] {
        let answer = test.get(&format!("{DETECTIONS}/{id}"), &token).await;
        answer.is_problem(404, "not_found", None);
    }
}

#[tokio::test]
async fn closed_database_is_503_and_not_ready() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    detect(&test, &token).await;
    test.app.store.close().await;
    let answer = test.detect(&token, &json!({"data": [[1.0], [1.5], [9.0]]})).await;
    answer.is_problem(503, "database_unavailable", None);
    test.get("/ready", "").await.is_problem(503, "not_ready", Some("/database"));
}
