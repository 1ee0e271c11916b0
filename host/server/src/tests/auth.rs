use super::{PASSWORD, TestApp};
use crate::auth::{ACCESS_TOKEN_LIFETIME, SESSION_LIFETIME};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pynomaly_store::Role;
use serde_json::{Value, json};

const ME: &str = "/api/v1/auth/me";

async fn refresh(test: &TestApp, token: &str) -> super::Answer {
    test.post("/api/v1/auth/refresh", "", &json!({"refresh_token": token})).await
}

#[tokio::test]
async fn login_gives_tokens_that_work() {
    let test = TestApp::new().await;
    test.user("ada@example.org", Role::Analyst).await;
    let answer = test.login("Ada@example.org", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 1800);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let me = test.get(ME, &answer.string("/access_token")).await;
    assert_eq!((me.status, me.json["role"].as_str()), (StatusCode::OK, Some("analyst")));
    assert_eq!(me.json["created_at"], "2023-11-14T22:13:20Z");
    assert!(!me.text.contains("argon2"));
}

#[tokio::test]
async fn unknown_user_wrong_password_and_inactive_user_have_the_same_answer() {
    let test = TestApp::new().await;
    let admin = test.user("admin@example.org", Role::Admin).await;
    test.user("ada@example.org", Role::Viewer).await;
    test.user("gone@example.org", Role::Viewer).await;
    let users = test.get("/api/v1/admin/users", &admin).await;
    let path = format!("/api/v1/admin/users/{}", users.string("/items/0/id"));
    let off = test.patch(&path, &admin, &json!({"is_active": false})).await;
    assert_eq!(off.status, StatusCode::OK, "{off:?}");
    let mut bodies = Vec::new();
    for (email, password) in [
        ("ada@example.org", "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
    ] {
        let mut answer = test.login(email, password).await;
        answer.is_problem(401, "wrong_credentials", None);
        answer.json["request_id"] = Value::Null;
        bodies.push(answer.json);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn requests_without_a_good_token_are_401() {
    let (test, token) = TestApp::with_user(Role::Admin).await;
    let request = Request::get(ME).body(Body::empty()).unwrap();
    let answer = test.call(request).await;
    answer.is_problem(401, "unauthenticated", None);
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    let basic = Request::get(ME).header(header::AUTHORIZATION, format!("Basic {token}"));
    test.call(basic.body(Body::empty()).unwrap()).await.is_problem(401, "unauthenticated", None);
    let claims = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
    for bad in ["", "x", &none, &token[1..], &format!("{token}x")] {
        test.get(ME, bad).await.is_problem(401, "unauthenticated", None);
    }
}

#[tokio::test]
async fn access_token_expires_and_is_refreshed() {
    let test = TestApp::new().await;
    test.user("ada@example.org", Role::Viewer).await;
    let login = test.login("ada@example.org", PASSWORD).await;
    test.pass_time(ACCESS_TOKEN_LIFETIME.whole_seconds());
    let expired = test.get(ME, &login.string("/access_token")).await;
    expired.is_problem(401, "unauthenticated", None);
    let fresh = refresh(&test, &login.string("/refresh_token")).await;
    assert_eq!(fresh.status, StatusCode::OK);
    assert_eq!(test.get(ME, &fresh.string("/access_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn refresh_token_used_twice_ends_the_session_at_once() {
    let test = TestApp::new().await;
    test.user("ada@example.org", Role::Viewer).await;
    let login = test.login("ada@example.org", PASSWORD).await;
    let fresh = refresh(&test, &login.string("/refresh_token")).await;
    let access = fresh.string("/access_token");
    assert_eq!(test.get(ME, &access).await.status, StatusCode::OK);
    let reused = refresh(&test, &login.string("/refresh_token")).await;
    reused.is_problem(401, "wrong_refresh_token", None);
    test.get(ME, &access).await.is_problem(401, "unauthenticated", None);
    let successor = refresh(&test, &fresh.string("/refresh_token")).await;
    successor.is_problem(401, "wrong_refresh_token", None);
}

#[tokio::test]
async fn session_ends_with_its_lifetime() {
    let test = TestApp::new().await;
    test.user("ada@example.org", Role::Viewer).await;
    let login = test.login("ada@example.org", PASSWORD).await;
    test.pass_time(SESSION_LIFETIME.whole_seconds());
    refresh(&test, &login.string("/refresh_token")).await.is_problem(
        401,
        "wrong_refresh_token",
        None,
    );
}

#[tokio::test]
async fn logout_ends_this_session_at_once_and_no_other() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let other = test.login("ada@example.org", PASSWORD).await.string("/access_token");
    assert_eq!(test.get(ME, &token).await.status, StatusCode::OK);
    let out = test.post("/api/v1/auth/logout", &token, &json!({})).await;
    assert_eq!((out.status, out.text.as_str()), (StatusCode::NO_CONTENT, ""));
    test.get(ME, &token).await.is_problem(401, "unauthenticated", None);
    assert_eq!(test.get(ME, &other).await.status, StatusCode::OK);
}

#[tokio::test]
async fn deactivated_user_is_refused_at_once() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let id = test.get(ME, &token).await.string("/id");
    let admin = test.user("admin@example.org", Role::Admin).await;
    let path = format!("/api/v1/admin/users/{id}");
    let off = test.patch(&path, &admin, &json!({"is_active": false})).await;
    assert_eq!((off.status, &off.json["is_active"]), (StatusCode::OK, &json!(false)));
    test.get(ME, &token).await.is_problem(401, "unauthenticated", None);
}

#[tokio::test]
async fn what_another_process_changes_counts_within_seconds() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    assert_eq!(test.get(ME, &token).await.status, StatusCode::OK);
    let session = test.app.tokens.verify(&token, test.app.clock.now()).unwrap();
    test.app.store.revoke_session(session, test.app.clock.now()).await.unwrap();
    test.pass_time(5);
    test.get(ME, &token).await.is_problem(401, "unauthenticated", None);
}
