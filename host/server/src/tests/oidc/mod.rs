//! Login through a provider that runs beside the server.

mod provider;

use super::{Answer, PASSWORD, TestApp};
use crate::auth::oidc::Provider;
use crate::config::{Oidc, Secret};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use openidconnect::url::Url;
use provider::{CLIENT_ID, CLIENT_SECRET, TestProvider, Trick};
use pynomaly_store::Role;
use serde_json::{Value, json};
use std::sync::Arc;

const ADA: &str = "ada@example.org";
const LOGIN: &str = "/api/v1/auth/oidc/login";
const CALLBACK: &str = "/api/v1/auth/oidc/callback";

/// A server that knows a provider, and the provider.
struct TestOidc {
    test: TestApp,
    provider: TestProvider,
}

/// A login under way in one browser.
struct Browser {
    cookie: String,
    state: String,
    nonce: String,
    challenge: String,
}

impl TestOidc {
    async fn new(create_users: bool) -> Self {
        let provider = TestProvider::start().await;
        let mut test = TestApp::new().await;
        let settings = Oidc {
            issuer: provider.issuer.clone(),
            client_id: CLIENT_ID.into(),
            client_secret: Secret::new(CLIENT_SECRET.into()),
            redirect_url: format!("https://pynomaly.example{CALLBACK}"),
            create_users,
        };
        let app = Arc::get_mut(&mut test.app).unwrap();
        app.oidc = Some(Provider::new(settings, &app.limits).unwrap());
        Self { test, provider }
    }

    async fn begin(&self) -> Browser {
        let answer = self.test.get(LOGIN, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Max-Age=600"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let url = Url::parse(answer.headers[header::LOCATION].to_str().unwrap()).unwrap();
        assert!(url.as_str().starts_with(&format!("{}/authorize?tenant=1&", self.provider.issuer)));
        let value = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs.find(|(key, _)| key == name).unwrap_or_else(|| panic!("{name}: {url}")).1.into()
        };
        assert_eq!([value("client_id"), value("response_type")], [CLIENT_ID, "code"]);
        assert_eq!(value("code_challenge_method"), "S256");
        assert_eq!(value("scope"), "openid email");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let [state, nonce, challenge] = ["state", "nonce", "code_challenge"].map(value);
        Browser { cookie, state, nonce, challenge }
    }

    fn now(&self) -> i64 {
        self.test.app.clock.now().unix_timestamp()
    }

    fn claims(&self, browser: &Browser) -> Value {
        self.provider.claims(&browser.nonce, self.now())
    }

    /// Comes back with this query and cookie.
    async fn come_back(&self, query: &str, cookie: &str) -> Answer {
        let request = Request::get(format!("{CALLBACK}?{query}")).header(header::COOKIE, cookie);
        self.test.call(request.body(Body::empty()).unwrap()).await
    }

    /// Comes back as browsers do, from a provider that says `claims`.
    async fn finish(&self, browser: &Browser, claims: Value) -> Answer {
        let code = self.provider.grant(&browser.challenge, claims);
        let query = format!("code={code}&state={}&session_state=1", browser.state);
        self.come_back(&query, &format!("other=1; {}; another=2", browser.cookie)).await
    }

    /// Logs in with claims that are right but for this one.
    async fn log_in_with(&self, name: &str, value: Value) -> Answer {
        let browser = self.begin().await;
        let mut claims = self.claims(&browser);
        claims[name] = value;
        self.finish(&browser, claims).await
    }

    async fn me(&self, answer: &Answer) -> Value {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        self.test.get("/api/v1/auth/me", &answer.string("/access_token")).await.json
    }
}

#[tokio::test]
async fn verified_address_links_once_and_the_link_outlives_the_address() {
    let oidc = TestOidc::new(false).await;
    oidc.test.user(ADA, Role::Analyst).await;
    let browser = oidc.begin().await;
    let first = oidc.finish(&browser, oidc.claims(&browser)).await;
    let me = oidc.me(&first).await;
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some(ADA), Some("analyst")));
    assert!(!first.string("/refresh_token").is_empty());
    assert!(first.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    let again = oidc.log_in_with("email", json!("other@example.org")).await;
    assert_eq!(oidc.me(&again).await["id"], me["id"]);
    let admin = oidc.test.user("admin@example.org", Role::Admin).await;
    let path = "/api/v1/admin/audit-logs?action=identity.link";
    let logs = oidc.test.get(path, &admin).await;
    assert_eq!(logs.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(logs.string("/items/0/after/subject"), "ada-at-provider");
}

#[tokio::test]
async fn unknown_people_are_refused_unless_they_are_to_be_made_viewers() {
    let closed = TestOidc::new(false).await;
    let browser = closed.begin().await;
    let refused = closed.finish(&browser, closed.claims(&browser)).await;
    refused.is_problem(403, "oidc_unknown_person", None);

    let open = TestOidc::new(true).await;
    let browser = open.begin().await;
    let me = open.me(&open.finish(&browser, open.claims(&browser)).await).await;
    assert_eq!((me["email"].as_str(), me["role"].as_str()), (Some(ADA), Some("viewer")));
    for password in ["", PASSWORD] {
        let by_password = open.test.login(ADA, password).await;
        by_password.is_problem(401, "wrong_credentials", None);
    }
    for value in [json!(false), Value::Null, json!("yes")] {
        let open = TestOidc::new(true).await;
        let unverified = open.log_in_with("email_verified", value.clone()).await;
        assert!([401, 403, 502].contains(&unverified.status.as_u16()), "{value}: {unverified:?}");
    }
}

#[tokio::test]
async fn deactivated_user_is_refused_linked_or_not() {
    let oidc = TestOidc::new(true).await;
    let token = oidc.test.user(ADA, Role::Viewer).await;
    let id = oidc.test.get("/api/v1/auth/me", &token).await.string("/id");
    let admin = oidc.test.user("admin@example.org", Role::Admin).await;
    for is_active in [false, true, false] {
        let path = format!("/api/v1/admin/users/{id}");
        oidc.test.patch(&path, &admin, &json!({"is_active": is_active})).await;
        let browser = oidc.begin().await;
        let answer = oidc.finish(&browser, oidc.claims(&browser)).await;
        assert_eq!(answer.status.as_u16(), if is_active { 200 } else { 403 });
    }
}

#[tokio::test]
async fn lies_in_the_token_are_refused() {
    let oidc = TestOidc::new(true).await;
    let now = oidc.now();
    for (name, value) in [
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("aud", json!("another client")),
        ("aud", json!([CLIENT_ID, "another client"])),
        ("iss", json!("https://another.example")),
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
    ] {
        let answer = oidc.log_in_with(name, value.clone()).await;
        assert_eq!(answer.string("/code"), "oidc_invalid_token", "{name} {value}: {answer:?}");
        assert!(!answer.text.contains("another"), "{answer:?}");
    }
    let honest = oidc.log_in_with("exp", json!(now + 1)).await;
    assert_eq!(honest.status, StatusCode::OK, "{honest:?}");
}

#[tokio::test]
async fn token_signed_by_another_key_is_refused_and_a_changed_key_is_fetched() {
    let oidc = TestOidc::new(true).await;
    let log_in = async || oidc.log_in_with("sub", json!("ada-at-provider")).await;
    assert_eq!(log_in().await.status, StatusCode::OK);
    oidc.provider.sign_with("first", 2);
    log_in().await.is_problem(401, "oidc_invalid_token", None);
    oidc.provider.sign_with("second", 2);
    log_in().await.is_problem(401, "oidc_invalid_token", None);
    oidc.provider.show("second", 2);
    assert_eq!(log_in().await.status, StatusCode::OK);
}

#[tokio::test]
async fn token_without_a_signature_of_the_provider_is_refused() {
    let oidc = TestOidc::new(true).await;
    for trick in [Trick::Hmac, Trick::HmacPublic, Trick::None] {
        oidc.provider.try_trick(trick);
        let answer = oidc.log_in_with("sub", json!("ada-at-provider")).await;
        answer.is_problem(401, "oidc_invalid_token", None);
    }
}

#[tokio::test]
async fn answers_that_this_browser_did_not_begin_are_refused() {
    let oidc = TestOidc::new(true).await;
    let (mine, other) = (oidc.begin().await, oidc.begin().await);
    let code = oidc.provider.grant(&mine.challenge, oidc.claims(&mine));
    let come_back = async |state: &str, cookie: &str| {
        oidc.come_back(&format!("code={code}&state={state}"), cookie).await
    };
    let changed = format!("{}x", mine.cookie);
    for (state, cookie) in [
        ("", mine.cookie.as_str()),
        ("another", &mine.cookie),
        (&other.state, &mine.cookie),
        (&mine.state, &other.cookie),
        (&mine.state, ""),
        (&mine.state, &changed),
    ] {
        come_back(state, cookie).await.is_problem(401, "oidc_not_begun", None);
    }
    oidc.test.pass_time(601);
    come_back(&mine.state, &mine.cookie).await.is_problem(401, "oidc_not_begun", None);
}

#[tokio::test]
async fn code_of_another_login_is_worthless_without_its_verifier() {
    let oidc = TestOidc::new(true).await;
    let (mine, thief) = (oidc.begin().await, oidc.begin().await);
    let code = oidc.provider.grant(&mine.challenge, oidc.claims(&thief));
    let query = format!("code={code}&state={}", thief.state);
    oidc.come_back(&query, &thief.cookie).await.is_problem(401, "oidc_refused", None);
    let twice = oidc.finish(&mine, oidc.claims(&mine)).await;
    assert_eq!(twice.status, StatusCode::OK);
    let refused = format!("error=access_denied&state={}", mine.state);
    oidc.come_back(&refused, &mine.cookie).await.is_problem(401, "oidc_refused", None);
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_and_a_dead_one_is_502() {
    let test = TestApp::new().await;
    test.get(LOGIN, "").await.is_problem(404, "oidc_not_configured", None);
    test.get(CALLBACK, "").await.is_problem(404, "oidc_not_configured", None);
    let mut oidc = TestOidc::new(true).await;
    let app = Arc::get_mut(&mut oidc.test.app).unwrap();
    let settings = Oidc {
        issuer: "http://127.0.0.1:1".into(),
        client_id: CLIENT_ID.into(),
        client_secret: Secret::new(CLIENT_SECRET.into()),
        redirect_url: format!("https://pynomaly.example{CALLBACK}"),
        create_users: true,
    };
    app.oidc = Some(Provider::new(settings, &app.limits).unwrap());
    oidc.test.get(LOGIN, "").await.is_problem(502, "oidc_provider_failed", None);
}

#[tokio::test]
async fn what_the_provider_says_is_bounded() {
    let oidc = TestOidc::new(true).await;
    let log_in = async |bytes: usize| oidc.log_in_with("sub", json!("x".repeat(bytes))).await;
    log_in(256).await.is_problem(401, "oidc_invalid_token", None);
    assert_eq!(log_in(255).await.status, StatusCode::OK);
    oidc.provider.pad(1 << 20);
    oidc.test.pass_time(601);
    oidc.test.get(LOGIN, "").await.is_problem(502, "oidc_provider_failed", None);
}
