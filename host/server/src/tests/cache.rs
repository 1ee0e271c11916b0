use super::{Answer, TestApp};
use axum::http::{Request, StatusCode, header};
use pynomaly_store::Role;
use serde_json::{Value, json};

fn body(seed: Option<u64>) -> Value {
    json!({"data": [[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]], "seed": seed})
}

async fn detect(test: &TestApp, token: &str, cache_control: &str, body: &Value) -> Answer {
    let request = Request::post("/api/v1/detect")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CACHE_CONTROL, cache_control);
    let answer = test.call(request.body(body.to_string().into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer
}

fn age(answer: &Answer) -> Option<&str> {
    answer.headers.get(header::AGE).map(|age| age.to_str().unwrap())
}

#[tokio::test]
async fn same_call_again_is_a_new_detection_with_the_old_scores_and_an_age() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let first = test.detect(&token, &body(Some(7))).await;
    assert_eq!(first.headers[header::CACHE_CONTROL], "private, max-age=300");
    assert_eq!(age(&first), None);
    test.pass_time(4);
    let again = test.detect(&token, &body(Some(7))).await;
    assert_eq!(again.headers[header::CACHE_CONTROL], "private, max-age=300");
    assert_eq!(age(&again), Some("4"));
    for same in ["results", "parameters", "detector_digest", "data_digest", "seed", "duration_ms"] {
        assert_eq!(again.json[same], first.json[same], "{same}");
    }
    let id = again.string("/detection_id");
    assert_ne!(id, first.string("/detection_id"));
    let stored = test.get(&format!("/api/v1/detections/{id}"), &token).await;
    assert_eq!(stored.json, again.json);
    test.pass_time(296);
    assert_eq!(age(&test.detect(&token, &body(Some(7))).await), None);
}

#[tokio::test]
async fn whatever_differs_is_computed() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    test.detect(&token, &body(Some(7))).await;
    let with = |name: &str, value: Value| {
        let mut body = body(Some(7));
        body[name] = value;
        body
    };
    for other in [
        body(Some(8)),
        with("data", json!([[1.0, 2.0], [1.5, 2.0], [9.0, 9.5]])),
        with("parameters", json!({"n_estimators": 10})),
        with("contamination", json!(0.2)),
        with("threshold", json!(0.1)),
    ] {
        assert_eq!(age(&test.detect(&token, &other).await), None, "{other}");
    }
    assert!(age(&test.detect(&token, &with("keep_data", json!(true))).await).is_some());
}

#[tokio::test]
async fn calls_without_a_seed_are_never_kept() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for _ in 0..2 {
        let answer = test.detect(&token, &body(None)).await;
        assert!(!answer.headers.contains_key(header::CACHE_CONTROL));
        assert_eq!(age(&answer), None);
    }
}

#[tokio::test]
async fn clients_decide_how_fresh_an_answer_is() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    assert_eq!(age(&detect(&test, &token, "no-store", &body(Some(7))).await), None);
    assert_eq!(age(&detect(&test, &token, "", &body(Some(7))).await), None);
    test.pass_time(5);
    assert_eq!(age(&detect(&test, &token, "max-age=5", &body(Some(7))).await), None);
    test.pass_time(5);
    // What was asked for anew is what is kept now.
    assert_eq!(age(&detect(&test, &token, "max-age=6", &body(Some(7))).await), Some("5"));
    assert_eq!(age(&detect(&test, &token, "no-cache", &body(Some(7))).await), None);
    assert_eq!(age(&detect(&test, &token, "", &body(Some(7))).await), Some("0"));
}

#[tokio::test]
async fn other_organisations_have_answers_of_their_own() {
    let (test, token) = TestApp::with_user(Role::Admin).await;
    test.detect(&token, &body(Some(7))).await;
    let tenant = json!({"name": "other", "admin_email": "eve@example.org"});
    let made = test.post("/api/v1/admin/tenants", &token, &tenant).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let password = made.string("/admin/password");
    let other = test.login("eve@example.org", &password).await.string("/access_token");
    assert_eq!(age(&test.detect(&other, &body(Some(7))).await), None);
    assert!(age(&test.detect(&other, &body(Some(7))).await).is_some());
}
