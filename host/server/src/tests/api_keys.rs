use super::{Answer, TestApp};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use pynomaly_store::Role;
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/api-keys";

async fn make(test: &TestApp, token: &str, body: &Value) -> (String, String) {
    let made = test.post(KEYS, token, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");
    (made.string("/id"), made.string("/key"))
}

async fn get_with_header(test: &TestApp, path: &str, key: &str) -> Answer {
    let request = Request::get(path).header("x-api-key", key);
    test.call(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn key_does_what_its_scopes_say_in_either_header() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let (_, key) = make(&test, &token, &json!({"name": "nightly", "scopes": ["read"]})).await;
    assert!(key.starts_with("pyn_") && key.len() == 4 + 12 + 1 + 43, "{key}");
    for path in ["/api/v1/detectors", "/api/v1/auth/me", "/api/v1/models"] {
        assert_eq!(test.get(path, &key).await.status, StatusCode::OK);
        assert_eq!(get_with_header(&test, path, &key).await.status, StatusCode::OK);
    }
    let rows = json!({"data": [[1.0], [2.0], [9.0]]});
    test.detect(&key, &rows).await.is_problem(403, "forbidden", None);
    let (_, key) = make(&test, &token, &json!({"name": "all of them"})).await;
    assert_eq!(test.detect(&key, &rows).await.status, StatusCode::OK);
    let refused = test.post(KEYS, &key, &json!({"name": "another"})).await;
    refused.is_problem(403, "forbidden", None);
}

#[tokio::test]
async fn key_never_does_more_than_its_user_may_now() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let bob = test.user("bob@example.org", Role::Analyst).await;
    let (_, key) =
        make(&test, &bob, &json!({"name": "k", "scopes": ["read", "detect", "users"]})).await;
    test.get("/api/v1/admin/users", &key).await.is_problem(403, "forbidden", None);
    let id = test.get("/api/v1/auth/me", &bob).await.string("/id");
    let user = format!("/api/v1/admin/users/{id}");
    test.patch(&user, &admin, &json!({"role": "viewer"})).await;
    let rows = json!({"data": [[1.0], [2.0], [9.0]]});
    test.detect(&key, &rows).await.is_problem(403, "forbidden", None);
    test.patch(&user, &admin, &json!({"is_active": false})).await;
    test.get("/api/v1/detectors", &key).await.is_problem(401, "unauthenticated", None);
}

#[tokio::test]
async fn revoked_expired_and_mangled_keys_are_401() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let (id, key) = make(&test, &token, &json!({"name": "short"})).await;
    let expiring = json!({"name": "k", "expires_at": "2023-11-14T22:13:30Z"});
    let (_, expiring) = make(&test, &token, &expiring).await;
    let mut other_secret = key.clone();
    other_secret.replace_range(key.len() - 1.., if key.ends_with('A') { "B" } else { "A" });
    let cut = &key[..key.len() - 1];
    for wrong in [other_secret.as_str(), cut, "pyn_", "pyn_ünïcödé_ünïcödé", &key[..16]] {
        test.get("/api/v1/detectors", wrong).await.is_problem(401, "unauthenticated", None);
    }
    assert_eq!(test.get("/api/v1/detectors", &expiring).await.status, StatusCode::OK);
    test.pass_time(10);
    test.get("/api/v1/detectors", &expiring).await.is_problem(401, "unauthenticated", None);
    assert_eq!(test.get("/api/v1/detectors", &key).await.status, StatusCode::OK);
    assert_eq!(
        test.delete_bare(&format!("{KEYS}/{id}"), &token).await.status,
        StatusCode::NO_CONTENT
    );
    test.get("/api/v1/detectors", &key).await.is_problem(401, "unauthenticated", None);
    test.delete_bare(&format!("{KEYS}/{id}"), &token).await.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn list_shows_no_secret_and_when_a_key_was_last_used() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let (_, key) = make(&test, &token, &json!({"name": "nightly"})).await;
    let list = test.get(KEYS, &token).await;
    assert!(list.json["items"][0]["last_used_at"].is_null());
    test.get("/api/v1/detectors", &key).await;
    let mut used = Value::Null;
    for _ in 0..100 {
        used = test.get(KEYS, &token).await.json["items"][0]["last_used_at"].clone();
        if used.is_string() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(used.is_string());
    let list = test.get(KEYS, &token).await;
    assert!(list.text.contains(&key[..16]) && !list.text.contains(&key[17..]), "{list:?}");
}

#[tokio::test]
async fn wrong_keys_to_make_are_refused_by_field() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let cases = [
        (json!({"name": ""}), "/name"),
        (json!({"name": "a".repeat(201)}), "/name"),
        (json!({"name": "k", "scopes": ["read", "fly"]}), "/scopes/1"),
        (json!({"name": "k", "expires_at": "2001-01-01T00:00:00Z"}), "/expires_at"),
    ];
    for (body, pointer) in cases {
        test.post(KEYS, &token, &body).await.is_problem(422, "invalid_body", Some(pointer));
    }
}
