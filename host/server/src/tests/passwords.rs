use super::{Answer, PASSWORD, TestApp};
use crate::auth::Passwords;
use crate::limits::Limits;
use axum::http::{StatusCode, header};
use pynomaly_store::Role;
use serde_json::json;

const USERS: &str = "/api/v1/admin/users";

#[tokio::test]
async fn common_password_is_refused_by_field_and_ugly_ones_are_not() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let body = |password: &str| json!({"email": "b@c", "role": "viewer", "password": password});
    for common in ["Password123", "qwertyuiop", "12345678"] {
        let refused = test.post(USERS, &admin, &body(common)).await;
        refused.is_problem(422, "common_password", Some("/password"));
        assert!(!refused.text.contains(common));
    }
    let made = test.post(USERS, &admin, &body("only lower case")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
}

#[tokio::test]
async fn login_renews_a_hash_of_another_cost_and_leaves_others_alone() {
    let test = TestApp::new().await;
    test.user("ada@example.org", Role::Viewer).await;
    let kept = async || {
        let user = test.app.store.find_user_by_email("ada@example.org").await.unwrap().unwrap();
        (user.id, user.password_hash)
    };
    let (id, dear) = kept().await;
    let cheap = Limits { password_memory_kib: 64, password_passes: 1, ..Limits::default() };
    let cheap = Passwords::new(&cheap).hash(PASSWORD.into(), [1; 16]).await.unwrap();
    test.app.store.rehash_password(id, &dear, &cheap).await.unwrap();

    assert_eq!(test.login("ada@example.org", "wrong password").await.status, 401);
    assert_eq!(kept().await.1, cheap, "a wrong password renews nothing");
    assert_eq!(test.login("ada@example.org", PASSWORD).await.status, 200);
    let renewed = kept().await.1;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    assert_eq!(test.login("ada@example.org", PASSWORD).await.status, 200);
    assert_eq!(kept().await.1, renewed);
}

const ME: &str = "/api/v1/auth/me";
const NEW: &str = "battery staple";

async fn change(test: &TestApp, token: &str, old: &str, new: &str) -> Answer {
    let body = json!({"old_password": old, "password": new});
    test.post("/api/v1/auth/password", token, &body).await
}

#[tokio::test]
async fn change_of_password_ends_all_other_sessions_on_every_server() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let other = test.login("ada@example.org", PASSWORD).await;
    let replica = test.replica().await;
    for server in [&test, &replica] {
        assert_eq!(server.get(ME, &other.string("/access_token")).await.status, 200);
    }
    assert_eq!(change(&test, &token, PASSWORD, NEW).await.status, StatusCode::NO_CONTENT);
    assert_eq!(test.get(ME, &token).await.status, StatusCode::OK, "this session stays");
    test.get(ME, &other.string("/access_token")).await.is_problem(401, "unauthenticated", None);
    replica.pass_time(1);
    replica.get(ME, &other.string("/access_token")).await.is_problem(401, "unauthenticated", None);
    let body = json!({"refresh_token": other.string("/refresh_token")});
    test.post("/api/v1/auth/refresh", "", &body).await.is_problem(401, "wrong_refresh_token", None);
    assert_eq!(test.login("ada@example.org", PASSWORD).await.status, 401);
    assert_eq!(test.login("ada@example.org", NEW).await.status, 200);
}

#[tokio::test]
async fn wrong_changes_are_refused_by_field_and_guessing_waits() {
    let (test, token) = TestApp::with_user(Role::Admin).await;
    let common = change(&test, &token, PASSWORD, "password1").await;
    common.is_problem(422, "common_password", Some("/password"));
    let short = change(&test, &token, PASSWORD, "short").await;
    short.is_problem(422, "invalid_password", Some("/password"));
    let key = test.post("/api/v1/api-keys", &token, &json!({"name": "job"})).await.string("/key");
    change(&test, &key, PASSWORD, NEW).await.is_problem(401, "session_needed", None);
    for _ in 0..11 {
        let wrong = change(&test, &token, "wrong password", NEW).await;
        wrong.is_problem(422, "wrong_password", Some("/old_password"));
    }
    change(&test, &token, PASSWORD, NEW).await.is_problem(429, "locked_out", None);
}

async fn reset_token(test: &TestApp, admin: &str, id: &str) -> String {
    let answer = test.post(&format!("{USERS}/{id}/password-reset"), admin, &json!({})).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    answer.string("/token")
}

async fn reset(test: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    test.post("/api/v1/auth/password-reset", "", &body).await
}

#[tokio::test]
async fn reset_token_sets_a_password_once_and_ends_every_session() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let token = test.user("bob@example.org", Role::Viewer).await;
    let id = test.get(ME, &token).await.string("/id");
    let first = reset_token(&test, &admin, &id).await;
    let second = reset_token(&test, &admin, &id).await;
    assert_eq!(test.get(ME, &token).await.status, 200, "nothing has changed yet");
    reset(&test, &first, NEW).await.is_problem(401, "wrong_reset_token", None);
    reset(&test, &second, "short").await.is_problem(422, "invalid_password", Some("/password"));
    assert_eq!(reset(&test, &second, NEW).await.status, StatusCode::NO_CONTENT);
    reset(&test, &second, PASSWORD).await.is_problem(401, "wrong_reset_token", None);
    test.get(ME, &token).await.is_problem(401, "unauthenticated", None);
    assert_eq!(test.login("bob@example.org", PASSWORD).await.status, 401);
    assert_eq!(test.login("bob@example.org", NEW).await.status, 200);
    let logs = test.get("/api/v1/admin/audit-logs?action=user.password_reset", &admin).await;
    assert_eq!(logs.string("/items/0/user_id"), id);
    assert!(!logs.text.contains(&second));
}

#[tokio::test]
async fn reset_token_expires_and_ends_the_waiting_of_a_locked_account() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let token = test.user("bob@example.org", Role::Viewer).await;
    let id = test.get(ME, &token).await.string("/id");
    for _ in 0..11 {
        test.login("bob@example.org", "wrong password").await;
    }
    test.login("bob@example.org", PASSWORD).await.is_problem(429, "locked_out", None);
    let reset_token = reset_token(&test, &admin, &id).await;
    assert_eq!(reset(&test, &reset_token, NEW).await.status, StatusCode::NO_CONTENT);
    assert_eq!(test.login("bob@example.org", NEW).await.status, 200);
    let late = self::reset_token(&test, &admin, &id).await;
    test.pass_time(24 * 3600);
    reset(&test, &late, PASSWORD).await.is_problem(401, "wrong_reset_token", None);
}

#[tokio::test]
async fn only_admins_of_the_organisation_make_reset_tokens() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let token = test.user("bob@example.org", Role::Analyst).await;
    let id = test.get(ME, &token).await.string("/id");
    let path = format!("{USERS}/{id}/password-reset");
    test.post(&path, &token, &json!({})).await.is_problem(403, "forbidden", None);
    let made = json!({"name": "acme", "admin_email": "eve@acme.example"});
    let made = test.post("/api/v1/admin/tenants", &admin, &made).await;
    let password = made.string("/admin/password");
    let eve = test.login("eve@acme.example", &password).await.string("/access_token");
    test.post(&path, &eve, &json!({})).await.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn sessions_of_a_deactivated_user_do_not_come_back_with_it() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let token = test.user("bob@example.org", Role::Viewer).await;
    let id = test.get(ME, &token).await.string("/id");
    for is_active in [false, true] {
        let path = format!("{USERS}/{id}");
        let changed = test.patch(&path, &admin, &json!({"is_active": is_active})).await;
        assert_eq!(changed.status, StatusCode::OK);
        test.get(ME, &token).await.is_problem(401, "unauthenticated", None);
    }
}
