use super::{Answer, PASSWORD, TestApp};
use crate::audit::Actor;
use crate::auth::totp::code_at;
use crate::vault::{Vault, rotate};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use pynomaly_store::Role;
use serde_json::{Value, json};

const ADA: &str = "ada@example.org";
const TOTP: &str = "/api/v1/auth/totp";

impl TestApp {
    async fn delete(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(Method::DELETE, path, token, Body::from(body.to_string())).await
    }

    async fn login_with(&self, code: &str) -> Answer {
        let body = json!({"email": ADA, "password": PASSWORD, "totp_code": code});
        self.post("/api/v1/auth/login", "", &body).await
    }

    /// The code that an app shows now.
    fn code(&self, secret: &str) -> String {
        code_at(secret, self.app.clock.now())
    }

    /// Gives Ada a second factor; its secret. The code of this step is used up.
    async fn enable_totp(&self, token: &str) -> String {
        let begun = self.post(TOTP, token, &json!({})).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{begun:?}");
        let secret = begun.string("/secret");
        let body = json!({"code": self.code(&secret)});
        let confirmed = self.post(&format!("{TOTP}/confirm"), token, &body).await;
        assert_eq!(confirmed.status, StatusCode::NO_CONTENT, "{confirmed:?}");
        secret
    }
}

#[tokio::test]
async fn confirmed_second_factor_is_asked_for_after_the_right_password_alone() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let begun = test.post(TOTP, &token, &json!({})).await;
    assert_eq!(begun.headers[header::CACHE_CONTROL], "no-store");
    let secret = begun.string("/secret");
    assert!(begun.string("/otpauth_url").contains(&format!("secret={secret}&")));
    assert_eq!(test.login(ADA, PASSWORD).await.status, 200, "it is not confirmed yet");
    let wrong = test.post(&format!("{TOTP}/confirm"), &token, &json!({"code": "12345"})).await;
    wrong.is_problem(422, "wrong_totp_code", Some("/code"));

    let has_totp = async || test.get("/api/v1/auth/me", &token).await.json["has_totp"].clone();
    assert_eq!(has_totp().await, json!(false));
    let secret = test.enable_totp(&token).await;
    assert_eq!(has_totp().await, json!(true));
    test.login(ADA, PASSWORD).await.is_problem(401, "totp_required", None);
    test.login(ADA, "wrong password").await.is_problem(401, "wrong_credentials", None);
    test.login_with("12345").await.is_problem(401, "wrong_totp_code", None);
    test.pass_time(30);
    assert_eq!(test.login_with(&test.code(&secret)).await.status, StatusCode::OK);
    test.post(TOTP, &token, &json!({})).await.is_problem(409, "totp_enabled", None);
}

#[tokio::test]
async fn code_works_once_and_only_in_its_window() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let secret = test.enable_totp(&token).await;
    let used = test.code(&secret);
    test.login_with(&used).await.is_problem(401, "wrong_totp_code", None);
    test.pass_time(30);
    let code = test.code(&secret);
    assert_eq!(test.login_with(&code).await.status, 200);
    test.login_with(&code).await.is_problem(401, "wrong_totp_code", None);
    test.pass_time(30);
    let late = test.code(&secret);
    test.pass_time(30);
    assert_eq!(test.login_with(&late).await.status, 200, "one step late");
    let too_late = test.code(&secret);
    test.pass_time(60);
    test.login_with(&too_late).await.is_problem(401, "wrong_totp_code", None);
}

#[tokio::test]
async fn wrong_codes_wait_like_wrong_passwords_and_missing_ones_do_not() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    test.enable_totp(&token).await;
    for _ in 0..20 {
        test.login(ADA, PASSWORD).await.is_problem(401, "totp_required", None);
    }
    for _ in 0..11 {
        test.login_with("12345").await.is_problem(401, "wrong_totp_code", None);
    }
    test.login_with("12345").await.is_problem(429, "locked_out", None);
    test.login(ADA, PASSWORD).await.is_problem(429, "locked_out", None);
}

#[tokio::test]
async fn removing_it_needs_the_password_or_a_code() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let secret = test.enable_totp(&token).await;
    let neither = test.delete(TOTP, &token, &json!({})).await;
    neither.is_problem(422, "invalid_body", Some(""));
    let wrong = test.delete(TOTP, &token, &json!({"password": "wrong password"})).await;
    wrong.is_problem(422, "wrong_password", Some("/password"));
    let wrong = test.delete(TOTP, &token, &json!({"code": "12345"})).await;
    wrong.is_problem(422, "wrong_totp_code", Some("/code"));
    let key = test.post("/api/v1/api-keys", &token, &json!({"name": "job"})).await.string("/key");
    let by_key = test.delete(TOTP, &key, &json!({"password": PASSWORD})).await;
    by_key.is_problem(401, "session_needed", None);
    test.post(TOTP, &key, &json!({})).await.is_problem(401, "session_needed", None);

    test.pass_time(30);
    let removed = test.delete(TOTP, &token, &json!({"code": test.code(&secret)})).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{removed:?}");
    assert_eq!(test.login(ADA, PASSWORD).await.status, 200);
    test.enable_totp(&token).await;
    let removed = test.delete(TOTP, &token, &json!({"password": PASSWORD})).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    let gone = test.delete(TOTP, &token, &json!({"password": PASSWORD})).await;
    gone.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn admin_removes_it_for_others_and_the_audit_log_knows() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let admin = test.user("admin@example.org", Role::Admin).await;
    let secret = test.enable_totp(&token).await;
    let me = async |token: &str| test.get("/api/v1/auth/me", token).await.string("/id");
    let (id, admin_id) = (me(&token).await, me(&admin).await);
    let path = |id: &str| format!("/api/v1/admin/users/{id}/totp");
    test.delete(&path(&id), &token, &json!({})).await.is_problem(403, "forbidden", None);
    let own = test.delete(&path(&admin_id), &admin, &json!({})).await;
    own.is_problem(422, "invalid_body", Some(""));
    assert_eq!(test.delete(&path(&id), &admin, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(test.login(ADA, PASSWORD).await.status, StatusCode::OK);
    test.delete(&path(&id), &admin, &json!({})).await.is_problem(404, "not_found", None);
    let logs = test.get("/api/v1/admin/audit-logs?action=totp.remove", &admin).await;
    assert_eq!(logs.string("/items/0/subject"), id);
    assert_eq!(logs.string("/items/0/user_id"), admin_id);
    let logs = test.get("/api/v1/admin/audit-logs", &admin).await;
    assert!(!logs.text.contains(&secret));
}

#[tokio::test]
async fn secret_is_encrypted_at_rest_and_rotation_keeps_it_working() {
    let (mut test, token) = TestApp::with_user(Role::Viewer).await;
    let secret = test.enable_totp(&token).await;
    let id = test.app.store.find_user_by_email(ADA).await.unwrap().unwrap().id;
    let kept = async |test: &TestApp| test.app.store.find_totp(id).await.unwrap().unwrap().secret;
    let before = kept(&test).await;
    let plain = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    assert!(!before.windows(8).any(|window| plain.starts_with(window)));

    let vault = |keys: &str| Vault::new(&keys.parse().unwrap());
    let (old, new) = ("07".repeat(32), "08".repeat(32));
    let both = vault(&format!("{new},{old}"));
    let actor = Actor::local("test", test.app.clock.now());
    let rotated = rotate(&test.app.store, &both, &test.app.random, &actor).await.unwrap();
    assert_eq!((rotated.encrypted_anew, rotated.current, rotated.unreadable), (1, 0, 0));
    assert_ne!(kept(&test).await, before);
    let again = rotate(&test.app.store, &both, &test.app.random, &actor).await.unwrap();
    assert_eq!((again.encrypted_anew, again.current, again.unreadable), (0, 1, 0));

    test.pass_time(30);
    test.login_with(&test.code(&secret)).await.is_problem(500, "internal", None);
    std::sync::Arc::get_mut(&mut test.app).unwrap().vault = vault(&new);
    assert_eq!(test.login_with(&test.code(&secret)).await.status, StatusCode::OK);

    let stranger = vault(&"09".repeat(32));
    let lost = rotate(&test.app.store, &stranger, &test.app.random, &actor).await.unwrap();
    assert_eq!((lost.encrypted_anew, lost.unreadable), (0, 1), "it is left alone");
    std::sync::Arc::get_mut(&mut test.app).unwrap().vault = Vault::new(&Default::default());
    test.pass_time(30);
    let keyless = test.login_with(&test.code(&secret)).await;
    keyless.is_problem(503, "encryption_key_missing", None);
}
