use super::{PASSWORD, TestApp};
use axum::http::StatusCode;
use pynomaly_store::Role;
use serde_json::json;

const USERS: &str = "/api/v1/admin/users";

#[tokio::test]
async fn roles_are_enforced() {
    let test = TestApp::new().await;
    let viewer = test.user("viewer@example.org", Role::Viewer).await;
    let analyst = test.user("analyst@example.org", Role::Analyst).await;
    let detect = json!({"data": [[1.0], [2.0], [9.0]]});
    test.detect(&viewer, &detect).await.is_problem(403, "forbidden", None);
    assert_eq!(test.detect(&analyst, &detect).await.status, StatusCode::OK);
    for token in [&viewer, &analyst] {
        for path in [USERS, "/api/v1/admin/plugins"] {
            test.get(path, token).await.is_problem(403, "forbidden", None);
        }
        let body = json!({"email": "x@y", "password": PASSWORD, "role": "admin"});
        test.post(USERS, token, &body).await.is_problem(403, "forbidden", None);
        assert_eq!(test.get("/api/v1/detectors", token).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn admin_makes_and_lists_users() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let body = json!({"email": "bob@example.org", "role": "analyst"});
    let made = test.post(USERS, &admin, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let drawn = made.string("/password");
    assert_eq!(test.login("bob@example.org", &drawn).await.status, StatusCode::OK);
    let given = json!({"email": "eve@example.org", "role": "viewer", "password": PASSWORD});
    let given = test.post(USERS, &admin, &given).await;
    assert_eq!((given.status, given.json.get("password")), (StatusCode::CREATED, None));

    let first = test.get(&format!("{USERS}?limit=2"), &admin).await;
    assert_eq!(first.json["items"].as_array().unwrap().len(), 2);
    let cursor = first.string("/next_cursor");
    let last = test.get(&format!("{USERS}?limit=2&cursor={cursor}"), &admin).await;
    assert_eq!(last.json["items"].as_array().unwrap().len(), 1);
    assert!(last.json["next_cursor"].is_null());
}

#[tokio::test]
async fn wrong_accounts_are_refused_by_field() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let cases = [
        (json!({"email": "ADA@example.org", "role": "admin"}), 409, "email_taken", "/email"),
        (json!({"email": "ada", "role": "admin"}), 422, "invalid_email", "/email"),
        (
            json!({"email": "b@c", "role": "admin", "password": "short"}),
            422,
            "invalid_password",
            "/password",
        ),
        (json!({"email": "b@c", "role": "king"}), 422, "invalid_body", "/role"),
    ];
    for (body, status, code, pointer) in cases {
        test.post(USERS, &admin, &body).await.is_problem(status, code, Some(pointer));
    }
}

#[tokio::test]
async fn changed_role_counts_at_once() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let token = test.user("bob@example.org", Role::Viewer).await;
    let id = test.get("/api/v1/auth/me", &token).await.string("/id");
    let path = format!("{USERS}/{id}");
    let changed = test.patch(&path, &admin, &json!({"role": "analyst"})).await;
    assert_eq!(changed.json["role"], "analyst");
    let detect = json!({"data": [[1.0], [2.0], [9.0]]});
    assert_eq!(test.detect(&token, &detect).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_changes_their_own_account_or_one_that_is_not_there() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let id = test.get("/api/v1/auth/me", &admin).await.string("/id");
    let body = json!({"role": "viewer"});
    let own = test.patch(&format!("{USERS}/{id}"), &admin, &body).await;
    own.is_problem(422, "invalid_body", Some(""));
    for id in ["00000000-0000-0000-0000-000000000000", "x"] {
        let missing = test.patch(&format!("{USERS}/{id}"), &admin, &body).await;
        missing.is_problem(404, "not_found", None);
    }
}
