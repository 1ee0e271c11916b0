//! Nobody sees or changes what another organisation owns, by any route that there is.

use super::{PASSWORD, TestApp};
use crate::openapi::openapi_json;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use pynomaly_store::{CaptureSummary, HOME_TENANT, NewCapture, Role};
use serde_json::{Value, json};

const TENANTS: &str = "/api/v1/admin/tenants";

/// What the home organisation owns.
struct Home {
    admin: String,
    /// `(start of a path, the identifier that goes into it)`.
    owned: Vec<(&'static str, String)>,
}

async fn home(test: &TestApp) -> Home {
    let admin = test.user("ada@example.org", Role::Admin).await;
    let bob = test.user("bob@example.org", Role::Analyst).await;
    let rows = json!([[1.0, 2.0], [2.0, 1.0], [9.0, 9.0]]);
    let detection = test.detect(&bob, &json!({"data": rows, "keep_data": true})).await;
    let model = test.post("/api/v1/models", &bob, &json!({"name": "pumps", "data": rows})).await;
    let key = test.post("/api/v1/api-keys", &bob, &json!({"name": "nightly"})).await;
    let user = test.get("/api/v1/auth/me", &bob).await;
    let owned = vec![
        ("/api/v1/detections/{id}", detection.string("/detection_id")),
        ("/api/v1/models/{id}", model.string("/model_id")),
        ("/api/v1/api-keys/{id}", key.string("/id")),
        ("/api/v1/admin/users/{id}", user.string("/id")),
        ("/api/v1/admin/captures/{id}", capture(test).await),
        ("/api/v1/admin/tenants/{id}", HOME_TENANT.to_string()),
    ];
    Home { admin, owned }
}

/// A failed call of the home organisation that was kept.
async fn capture(test: &TestApp) -> String {
    let now = test.app.clock.now();
    let summary = CaptureSummary {
        id: test.app.id(now),
        tenant_id: HOME_TENANT,
        detector_type: "knn".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "sha256:x".into(),
        error: "failed".into(),
        bytes: 0,
        created_at: now,
        expires_at: now + time::Duration::DAY,
    };
    let capture = NewCapture { summary: &summary, bundle: b"sealed", count_max: 1 };
    assert!(test.app.store.insert_capture(&capture).await.unwrap());
    summary.id.to_string()
}

/// The admin of an organisation that the home one makes.
async fn stranger(test: &TestApp, admin: &str) -> String {
    let body = json!({"name": "acme", "admin_email": "eve@acme.example"});
    let made = test.post(TENANTS, admin, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let password = made.string("/admin/password");
    test.login("eve@acme.example", &password).await.string("/access_token")
}

/// A body that would do something, were it the caller's own.
fn body(path: &str) -> Value {
    match path {
        "/api/v1/models/{id}" => json!({"name": "mine"}),
        "/api/v1/models/{id}/score" => json!({"data": [[1.0, 2.0]]}),
        "/api/v1/admin/users/{id}" => json!({"role": "admin"}),
        "/api/v1/admin/tenants/{id}" => json!({"name": "mine"}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn nothing_of_another_organisation_is_reached_by_any_route() {
    let test = TestApp::new().await;
    let home = home(&test).await;
    let eve = stranger(&test, &home.admin).await;
    let api: Value = serde_json::from_str(&openapi_json()).unwrap();
    for (path, operations) in api["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            check(&test, &home, &eve, &method, path).await;
        }
    }
    // All of it is still there, and as it was.
    for (path, id) in &home.owned {
        if ["/api/v1/detections/{id}", "/api/v1/models/{id}"].contains(path) {
            let there = test.get(&path.replace("{id}", id), &home.admin).await;
            assert_eq!(there.status, StatusCode::OK, "{path}");
            assert!(!there.text.contains("mine"), "{there:?}");
        }
    }
    let users = test.get("/api/v1/admin/users", &home.admin).await;
    assert!(users.text.contains("bob@example.org") && users.text.contains("analyst"));
}

async fn check(test: &TestApp, home: &Home, eve: &str, method: &Method, path: &str) {
    if path == "/api/v1/auth/logout" {
        return; // It ends the caller's own session, which is needed here.
    }
    if !path.contains('{') {
        // Lists, and what makes something of the caller's own.
        let answer = test.send(method.clone(), path, eve, body(path).to_string().into()).await;
        for (_, id) in home.owned.iter().filter(|_| path.starts_with("/api")) {
            assert!(!answer.text.contains(id.as_str()), "{method} {path}: {answer:?}");
        }
        return;
    }
    if path.starts_with("/api/v1/detectors/{") {
        return; // Detectors serve every organisation.
    }
    if path.starts_with("/api/v1/admin/plugin") {
        // So do plugins, and others than the home organisation have no business with them.
        let path = path.replace("{name}", "knn").replace("{digest}", "x").replace("{id}", "x");
        let answer = test.send(method.clone(), &path, eve, Body::from("{}")).await;
        answer.is_problem(403, "forbidden", None);
        return;
    }
    let owned = home.owned.iter().find(|(start, _)| path.starts_with(start));
    let Some((_, id)) = owned else { panic!("say here whose {path} is") };
    let body = Body::from(body(path).to_string());
    let answer = test.send(method.clone(), &path.replace("{id}", id), eve, body).await;
    let expected = if path.starts_with(TENANTS) { 403 } else { 404 };
    assert_eq!(answer.status.as_u16(), expected, "{method} {path}: {answer:?}");
}

#[tokio::test]
async fn only_the_home_organisation_manages_organisations_and_plugins() {
    let test = TestApp::new().await;
    let admin = test.user("ada@example.org", Role::Admin).await;
    let eve = stranger(&test, &admin).await;
    for path in [TENANTS, "/api/v1/admin/plugins"] {
        assert_eq!(test.get(path, &admin).await.status, StatusCode::OK);
        test.get(path, &eve).await.is_problem(403, "forbidden", None);
    }
    let made = json!({"email": "mallory@acme.example", "role": "analyst", "password": PASSWORD});
    assert_eq!(test.post("/api/v1/admin/users", &eve, &made).await.status, StatusCode::CREATED);
    let home = test.get("/api/v1/admin/users", &admin).await;
    assert!(!home.text.contains("acme.example"), "{home:?}");
}

#[tokio::test]
async fn deactivated_organisation_is_refused_everywhere_at_once() {
    let test = TestApp::new().await;
    let admin = test.user("ada@example.org", Role::Admin).await;
    let eve = stranger(&test, &admin).await;
    let key = test.post("/api/v1/api-keys", &eve, &json!({"name": "k"})).await.string("/key");
    let acme = test.get(TENANTS, &admin).await.string("/items/0/id");
    let path = format!("{TENANTS}/{acme}");
    let changed = test.patch(&path, &admin, &json!({"is_active": false})).await;
    assert_eq!(changed.json["is_active"], false, "{changed:?}");
    for credential in [&eve, &key] {
        test.get("/api/v1/detectors", credential).await.is_problem(401, "unauthenticated", None);
    }
    let home = format!("{TENANTS}/{}", HOME_TENANT);
    let refused = test.patch(&home, &admin, &json!({"is_active": false})).await;
    refused.is_problem(422, "invalid_body", Some("/is_active"));
}

#[tokio::test]
async fn wrong_organisations_are_refused_by_field() {
    let test = TestApp::new().await;
    let admin = test.user("ada@example.org", Role::Admin).await;
    let cases = [
        (json!({"name": "home", "admin_email": "x@y"}), 409, "name_taken", None),
        (json!({"name": "", "admin_email": "x@y"}), 422, "invalid_body", Some("/name")),
        (json!({"name": "a", "admin_email": "x"}), 422, "invalid_email", Some("/admin_email")),
        (
            json!({"name": "a", "admin_email": "ada@example.org"}),
            409,
            "email_taken",
            Some("/admin_email"),
        ),
    ];
    for (body, status, code, pointer) in cases {
        test.post(TENANTS, &admin, &body).await.is_problem(status, code, pointer);
    }
    assert_eq!(test.get(TENANTS, &admin).await.json["items"].as_array().unwrap().len(), 1);
}
