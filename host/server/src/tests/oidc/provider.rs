//! A small identity provider on a port of its own, which lies when it is told to.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(super) const CLIENT_ID: &str = "pynomaly";
pub(super) const CLIENT_SECRET: &str = "a secret of client and provider";

/// What the provider knows of one code.
struct Grant {
    challenge: String,
    claims: Value,
}

#[derive(Default)]
struct Known {
    /// By code; each is used once.
    grants: HashMap<String, Grant>,
    /// Name and seed of the key that it shows, and of the one that it signs with.
    shown: (String, u8),
    signing: (String, u8),
    /// Bytes of nonsense in its metadata.
    padding: usize,
    /// Sign with the client's secret instead, or not at all.
    trick: Option<Trick>,
}

/// What a token may try.
#[derive(Clone, Copy)]
pub(super) enum Trick {
    /// HMAC with the secret that client and provider share.
    Hmac,
    /// HMAC with the provider's public key, which everyone knows.
    HmacPublic,
    /// No signature.
    None,
}

#[derive(Clone)]
pub(super) struct TestProvider {
    pub(super) issuer: String,
    known: Arc<Mutex<Known>>,
}

impl TestProvider {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { issuer, known: Arc::default() };
        provider.sign_with("first", 1);
        provider.show("first", 1);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub(super) fn sign_with(&self, name: &str, seed: u8) {
        self.known.lock().unwrap().signing = (name.into(), seed);
    }

    pub(super) fn show(&self, name: &str, seed: u8) {
        self.known.lock().unwrap().shown = (name.into(), seed);
    }

    pub(super) fn pad(&self, bytes: usize) {
        self.known.lock().unwrap().padding = bytes;
    }

    pub(super) fn try_trick(&self, trick: Trick) {
        self.known.lock().unwrap().trick = Some(trick);
    }

    /// The user has logged in there: a code for it, as the browser brings it back.
    pub(super) fn grant(&self, challenge: &str, claims: Value) -> String {
        let mut known = self.known.lock().unwrap();
        let code = format!("code-{}", known.grants.len());
        known.grants.insert(code.clone(), Grant { challenge: challenge.into(), claims });
        code
    }

    /// What an honest provider says.
    pub(super) fn claims(&self, nonce: &str, now: i64) -> Value {
        json!({
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "ada-at-provider", "nonce": nonce,
            "iat": now, "exp": now + 300, "email": "ada@example.org", "email_verified": true,
        })
    }
}

async fn metadata(State(provider): State<TestProvider>) -> Json<Value> {
    let issuer = provider.issuer;
    let padding = "x".repeat(provider.known.lock().unwrap().padding);
    Json(json!({
        "issuer": issuer,
        "padding": padding,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys(State(provider): State<TestProvider>) -> Json<Value> {
    let (name, seed) = provider.known.lock().unwrap().shown.clone();
    let public = SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes();
    Json(json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": name, "alg": "EdDSA",
        "x": URL_SAFE_NO_PAD.encode(public),
    }]}))
}

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    code: String,
    code_verifier: String,
    redirect_uri: String,
}

async fn token(
    State(provider): State<TestProvider>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> (StatusCode, Json<Value>) {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error})));
    let basic = STANDARD.encode(format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+")));
    if headers.get("authorization").is_none_or(|it| *it != format!("Basic {basic}")) {
        return refused("invalid_client");
    }
    let mut known = provider.known.lock().unwrap();
    let Some(grant) = known.grants.remove(&form.code) else { return refused("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form.code_verifier));
    let is_right = challenge == grant.challenge
        && form.grant_type == "authorization_code"
        && form.redirect_uri.ends_with("/api/v1/auth/oidc/callback");
    if !is_right {
        return refused("invalid_grant");
    }
    let id_token = known.id_token(&grant.claims);
    let answer = json!({"access_token": "x", "token_type": "Bearer", "id_token": id_token});
    (StatusCode::OK, Json(answer))
}

impl Known {
    fn id_token(&self, claims: &Value) -> String {
        let (name, seed) = &self.signing;
        let key = SigningKey::from_bytes(&[*seed; 32]);
        let sign = |algorithm, key: EncodingKey| {
            let header = Header { kid: Some(name.clone()), ..Header::new(algorithm) };
            jsonwebtoken::encode(&header, claims, &key).unwrap()
        };
        let hmac = |secret: &[u8]| sign(Algorithm::HS256, EncodingKey::from_secret(secret));
        match self.trick {
            None => {
                let der = key.to_pkcs8_der().unwrap();
                sign(Algorithm::EdDSA, EncodingKey::from_ed_der(der.as_bytes()))
            }
            Some(Trick::Hmac) => hmac(CLIENT_SECRET.as_bytes()),
            Some(Trick::HmacPublic) => hmac(key.verifying_key().as_bytes()),
            Some(Trick::None) => {
                let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
                format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
            }
        }
    }
}
