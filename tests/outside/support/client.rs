//! A client of the HTTP API that says what it got.

use serde_json::{Value, json};
use std::sync::Arc;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    token: Option<String>,
    forwarded_for: Option<String>,
}

/// Status, the headers that matter, and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) request_id: Option<String>,
    pub(crate) text: String,
    headers: ureq::http::HeaderMap,
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        // Whom to believe is the concern of the tests of TLS alone, which say so.
        Self::with_tls(url, TlsConfig::builder().disable_verification(true).build())
    }

    /// One that believes certificates of these authorities alone, in PEM.
    pub(crate) fn trusting(url: &str, authorities: &[&str]) -> Self {
        let certificate = |pem: &&str| Certificate::from_pem(pem.as_bytes()).unwrap();
        let trusted = RootCerts::Specific(Arc::new(authorities.iter().map(certificate).collect()));
        Self::with_tls(url, TlsConfig::builder().root_certs(trusted).build())
    }

    fn with_tls(url: &str, tls: TlsConfig) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).tls_config(tls);
        let agent = agent.build().into();
        Self { agent, url: url.to_owned(), token: None, forwarded_for: None }
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same, as a proxy would pass it on.
    pub(crate) fn from(&self, forwarded_for: &str) -> Self {
        Self { forwarded_for: Some(forwarded_for.to_owned()), ..self.clone() }
    }

    pub(crate) fn log_in(&self, email: &str, password: &str) -> Self {
        let answer =
            self.post("/api/v1/auth/login", &json!({"email": email, "password": password}));
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.with_token(answer.json()["access_token"].as_str().unwrap())
    }

    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.call().map(Answer::read).unwrap_or_else(Answer::broken)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_bytes(path, "application/json", body.to_string().as_bytes())
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        let request = self.agent.patch(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token()));
        request.send(body.to_string()).map(Answer::read).unwrap_or_else(Answer::broken)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        let request = self.agent.put(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token()));
        request.send(body.to_string()).map(Answer::read).unwrap_or_else(Answer::broken)
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        let request = self.agent.delete(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token()));
        request.call().map(Answer::read).unwrap_or_else(Answer::broken)
    }

    pub(crate) fn post_bytes(&self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.url));
        let mut request = request.header("content-type", content_type);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(clients) = &self.forwarded_for {
            request = request.header("x-forwarded-for", clients);
        }
        request.send(body).map(Answer::read).unwrap_or_else(Answer::broken)
    }

    /// Uploads a component, and does not wait for what becomes of it.
    pub(crate) fn upload_async(&self, path: &str, component: &[u8]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/wasm");
        let request = request.header("prefer", "respond-async");
        let request = request.header("authorization", format!("Bearer {}", self.token()));
        request.send(component).map(Answer::read).unwrap_or_else(Answer::broken)
    }

    pub(crate) fn detect(&self, detector: &str, rows: &Value, more: &Value) -> Answer {
        let mut body = json!({"data": rows, "detector_type": detector, "seed": 7});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post("/api/v1/detect", &body)
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The stable code of a problem; checks that it is one.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert!(problem["request_id"].is_string(), "{self:?}");
        problem["code"].as_str().unwrap().to_owned()
    }

    /// A header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All scores of a detection.
    pub(crate) fn scores(&self) -> Vec<f64> {
        let json = self.json();
        let results = json["results"].as_array().unwrap_or_else(|| panic!("no results: {self:?}"));
        results.iter().map(|result| result["score"].as_f64().unwrap()).collect()
    }

    fn read(mut answer: ureq::http::Response<ureq::Body>) -> Self {
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (content_type, request_id) = (header("content-type"), header("x-request-id"));
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_string();
        let text = body.unwrap_or_else(|error| error.to_string());
        let headers = answer.headers().clone();
        let content_type = content_type.unwrap_or_default();
        Self { status, content_type, request_id, text, headers }
    }

    /// No answer at all: the connection failed.
    fn broken(error: ureq::Error) -> Self {
        let text = format!("no answer: {error}");
        let headers = ureq::http::HeaderMap::new();
        Self { status: 0, content_type: String::new(), request_id: None, text, headers }
    }
}
