//! The server through its router, on a real database, with the clock in hand.

mod accounts;
mod api_keys;
mod audit_logs;
mod auth;
mod bodies;
mod cache;
mod detect;
mod detections;
mod lockout;
mod models;
mod oidc;
mod operations;
mod passwords;
mod pipeline;
mod plugins;
mod quotas;
mod tables;
mod tenants;
mod totp;

use crate::accounts::{Maker, NewAccount};
use crate::audit::Actor;
use crate::auth::{SigningKey, Tokens};
use crate::cache::{Answers, CacheOptions};
use crate::clock::Clock;
use crate::limits::Limits;
use crate::plugins::PluginPolicy;
use crate::quota::{QuotaOptions, Quotas};
use crate::random::Random;
use crate::router::router;
use crate::state::{App, Parts};
use crate::vault::Vault;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use pynomaly_engine::{Engine, Sandbox};
use pynomaly_store::testing::location;
use pynomaly_store::{HOME_TENANT, PoolOptions, Role, Store, StoreOptions, Synchronous};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const PASSWORD: &str = "correct horse";

/// One server in a folder of its own.
struct TestApp {
    app: Arc<App>,
    options: StoreOptions,
    folder: Arc<tempfile::TempDir>,
}

/// An answer, taken apart.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl TestApp {
    async fn new() -> Self {
        Self::with_limits(Limits { body_bytes_max: 100_000, ..Limits::default() }).await
    }

    /// Without limits of requests: only the tests of quotas are about them.
    async fn with_limits(limits: Limits) -> Self {
        Self::with_quotas(limits, QuotaOptions { rate: None, fuel_per_day: None }).await
    }

    async fn with_quotas(limits: Limits, quotas: QuotaOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = StoreOptions {
            location: location(folder.path()).await,
            pool: PoolOptions { connections_max: 2, ..PoolOptions::default() },
            statement_timeout: limits.statement_time_max,
            queue_length: limits.detections_unwritten_max,
            synchronous: Synchronous::Normal,
        };
        Self::on(options, limits, quotas, 42, Arc::new(folder)).await
    }

    /// Another server on the same database.
    async fn replica(&self) -> Self {
        let (options, limits) = (self.options.clone(), self.app.limits.clone());
        let quotas = QuotaOptions { rate: None, fuel_per_day: None };
        let replica = Self::on(options, limits, quotas, 43, Arc::clone(&self.folder)).await;
        let (Clock::Manual(ours), Clock::Manual(its)) = (&self.app.clock, &replica.app.clock)
        else {
            panic!("tests set the clock")
        };
        its.store(ours.load(Ordering::Relaxed), Ordering::Relaxed);
        replica
    }

    async fn on(
        options: StoreOptions,
        limits: Limits,
        quotas: QuotaOptions,
        seed: u8,
        folder: Arc<tempfile::TempDir>,
    ) -> Self {
        let sandbox = Sandbox::new(pynomaly_engine::Limits::default(), None).unwrap();
        let parts = Parts {
            engine: Engine::new(sandbox),
            store: Store::open(&options).await.unwrap(),
            clock: Clock::Manual(AtomicI64::new(1_700_000_000)),
            random: Random::from_seed([seed; 32]),
            tokens: Tokens::new(SigningKey::hmac(b"secret"), Vec::new()),
            vault: Vault::new(&"07".repeat(32).parse().unwrap()),
            oidc: None,
            answers: Answers::new(CacheOptions::default(), None, &limits),
            quotas: Quotas::new(quotas, None, &limits),
            metrics_enabled: true,
            plugin_policy: PluginPolicy::default(),
            replica_id: uuid::Uuid::from_u128(seed.into()),
            server_name: format!("server {seed}"),
            limits,
        };
        let app = Arc::new(App::new(parts, CancellationToken::new()).unwrap());
        app.plugins.set(Ok(()));
        Self { app, options, folder }
    }

    /// A server, and the access token of a user with that role.
    async fn with_user(role: Role) -> (Self, String) {
        let test = Self::new().await;
        let token = test.user("ada@example.org", role).await;
        (test, token)
    }

    /// Makes a user and logs in; the access token.
    async fn user(&self, email: &str, role: Role) -> String {
        let app = &self.app;
        let maker = Maker {
            store: &app.store,
            passwords: &app.passwords,
            random: &app.random,
            actor: Actor::local("test", app.clock.now()),
        };
        let password = Some(PASSWORD.to_owned());
        let tenant_id = HOME_TENANT;
        let account = NewAccount { tenant_id, email: email.into(), password, role };
        maker.create(account).await.unwrap();
        let answer = self.login(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.string("/access_token")
    }

    async fn login(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.post("/api/v1/auth/login", "", &body).await
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Method::GET, path, token, Body::empty()).await
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, token, body.to_string().into()).await
    }

    async fn patch(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, token, body.to_string().into()).await
    }

    async fn detect(&self, token: &str, body: &Value) -> Answer {
        self.post("/api/v1/detect", token, body).await
    }

    async fn send(&self, method: Method, path: &str, token: &str, body: Body) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.call(request.body(body).unwrap()).await
    }

    async fn call(&self, request: Request<Body>) -> Answer {
        let response = router(Arc::clone(&self.app)).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    fn pass_time(&self, seconds: i64) {
        let Clock::Manual(clock) = &self.app.clock else { panic!("tests set the clock") };
        clock.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Answer {
    fn string(&self, pointer: &str) -> String {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Whether it is a whole problem with that status, code and pointer.
    fn is_problem(&self, status: u16, code: &str, pointer: Option<&str>) {
        assert_eq!(
            (self.status.as_u16(), self.string("/code").as_str()),
            (status, code),
            "{self:?}"
        );
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.string("/type"), format!("urn:pynomaly:problem:{code}"));
        assert_eq!(self.headers["x-request-id"], self.string("/request_id"));
        assert!(!self.string("/title").is_empty() && !self.string("/detail").is_empty());
        let found = self.json.pointer("/errors/0/pointer").and_then(Value::as_str);
        assert_eq!(found, pointer, "{self:?}");
    }
}

/// Whether the committed file `docs/NAME` says `text`; `UPDATE_DOCS=1` makes it so.
pub(crate) fn is_up_to_date(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let repair = "UPDATE_DOCS=1 cargo test -p pynomaly-server";
    assert!(committed == text, "docs/{name} is out of date: {repair}");
}
