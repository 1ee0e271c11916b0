//! Who is let in, and what the others are told.

use crate::support::Server;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation, encode};
use serde_json::{Value, json};
use std::time::Instant;

/// The key that a server signs with here, so that a test can sign too.
const SECRET: &str = "a secret of the tests, long enough: 6Zr0Ww1q";

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(word >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

#[test]
fn missing_and_tampered_tokens_are_401() {
    let server = Server::start(&[]);
    let token = server.admin().token().to_owned();
    let parts: Vec<_> = token.split('.').collect();
    let none = base64url(br#"{"alg":"none","typ":"JWT"}"#);
    let hs384 = base64url(br#"{"alg":"HS384","typ":"JWT"}"#);
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let with = |alg: &str, kid: &str| {
        base64url(format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{kid}"}}"#).as_bytes())
    };
    let tampered = [
        String::new(),
        "nonsense".into(),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{hs384}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", with("none", &kid), parts[1]),
        format!("{}.{}.{}", with("none", &kid), parts[1], parts[2]),
        format!("{}.{}.{}", with("HS256", "another"), parts[1], parts[2]),
        format!("{}.{}.{}", with("EdDSA", &kid), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], base64url(&[0; 32])),
        format!("{}.{}.{}", parts[0], base64url(br#"{"role":"admin"}"#), parts[2]),
        format!("{token}x"),
        // Right in form, signed with another key, by another issuer.
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJvdGhlciIsInN1YiI6IjEifQ.\
         bQTnz6AuMJvmXXQsVPrxeQNvzDkimo7VNXxHeSBfClI"
            .into(),
    ];
    assert_eq!(server.anyone().get("/api/v1/auth/me").code(), "unauthenticated");
    for token in tampered {
        let answer = server.anyone().with_token(&token).get("/api/v1/auth/me");
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{token}");
    }
    let other = Server::start(&[]);
    assert_eq!(other.anyone().with_token(&token).get("/api/v1/auth/me").status, 401);
}

/// What a right token says.
fn claims(token: &str) -> Value {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_aud = false;
    let key = DecodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

#[test]
fn well_signed_tokens_with_wrong_claims_are_401() {
    let server = Server::start_with(&[], &[("JWT_SECRET", SECRET)]);
    let token = server.admin().token().to_owned();
    let right = claims(&token);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let status = |secret: &str, name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = encode(&header, &claims, &key).unwrap();
        server.anyone().with_token(&token).get("/api/v1/auth/me").status
    };
    assert_eq!(status(SECRET, "iss", right["iss"].clone()), 200, "nothing wrong");
    assert_eq!(status("another key", "iss", right["iss"].clone()), 401, "another key");
    assert_eq!(status(SECRET, "iss", json!("another")), 401, "another issuer");
    assert_eq!(status(SECRET, "aud", json!("another")), 401, "another audience");
    assert_eq!(status(SECRET, "exp", json!(1_600_000_000)), 401, "expired");
    assert_eq!(status(SECRET, "exp", Value::Null), 401, "endless");
    let nobody = json!("00000000-0000-0000-0000-000000000000");
    assert_eq!(status(SECRET, "sid", nobody), 401, "no such session");
}

#[test]
fn key_is_changed_without_logging_anybody_out() {
    let mut server = Server::start_with(&[], &[("JWT_SECRET", SECRET)]);
    let old = server.admin().token().to_owned();
    let pem = "-----BEGIN PRIVATE KEY-----\\n\
               MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\\n\
               -----END PRIVATE KEY-----";
    server.set(&[("JWT_SECRET_PREVIOUS", SECRET), ("JWT_PRIVATE_KEY", pem)]);
    server.kill();
    server.restart();
    let new = server.admin().token().to_owned();
    let status = |server: &Server, token: &str| {
        server.anyone().with_token(token).get("/api/v1/auth/me").status
    };
    assert_eq!(jsonwebtoken::decode_header(&new).unwrap().alg, Algorithm::EdDSA);
    assert_eq!((status(&server, &old), status(&server, &new)), (200, 200));
    server.set(&[("JWT_PRIVATE_KEY", pem)]);
    server.kill();
    server.restart();
    assert_eq!((status(&server, &old), status(&server, &new)), (401, 200));
}

#[test]
fn client_behind_a_trusted_proxy_is_known_by_its_own_address() {
    let address = |trusted: &str| {
        let server = Server::start_with(&[], &[("PYNOMALY_TRUSTED_PROXIES", trusted)]);
        let admin = server.admin().from("203.0.113.9, 198.51.100.7");
        let user = json!({"email": "eve@example.com", "role": "viewer"});
        assert_eq!(admin.post("/api/v1/admin/users", &user).status, 201);
        let logs = admin.get("/api/v1/admin/audit-logs?action=user.create&limit=1").json();
        logs["items"][0]["address"].as_str().unwrap().to_owned()
    };
    assert_eq!(address("127.0.0.1"), "198.51.100.7");
    assert_eq!(address("192.0.2.0/24"), "127.0.0.1");
}

#[test]
fn logged_out_token_is_401_at_once() {
    let server = Server::start(&[]);
    let admin = server.admin();
    assert!((200..300).contains(&admin.post("/api/v1/auth/logout", &json!({})).status));
    assert_eq!(admin.get("/api/v1/auth/me").code(), "unauthenticated");
}

#[test]
fn unknown_user_and_wrong_password_look_the_same() {
    let server = Server::start(&[]);
    let try_in = |email: &str| {
        let asked = Instant::now();
        let body = json!({"email": email, "password": "wrong"});
        let answer = server.anyone().post("/api/v1/auth/login", &body);
        assert_eq!(answer.status, 401);
        let mut problem = answer.json();
        problem["request_id"] = Value::Null;
        (problem, asked.elapsed())
    };
    let median = |email: &str| {
        let mut times: Vec<_> = (0..5).map(|_| try_in(email).1).collect();
        times.sort();
        times[2]
    };
    assert_eq!(try_in("admin@example.com").0, try_in("nobody@example.com").0);
    let (known, unknown) = (median("admin@example.com"), median("nobody@example.com"));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{known:?} against {unknown:?}");
}

#[test]
fn roles_are_enforced() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for role in ["analyst", "viewer"] {
        let user = json!({"email": format!("{role}@example.com"), "password": "a long password", "role": role});
        let made = admin.post("/api/v1/admin/users", &user);
        assert_eq!(made.status, 201, "{}", made.text);
    }
    let analyst = server.anyone().log_in("analyst@example.com", "a long password");
    let viewer = server.anyone().log_in("viewer@example.com", "a long password");
    let rows = json!([[1.0], [2.0], [3.0]]);
    assert_eq!(analyst.detect("isolation_forest", &rows, &json!({})).status, 200);
    assert_eq!(viewer.detect("isolation_forest", &rows, &json!({})).code(), "forbidden");
    assert_eq!(viewer.get("/api/v1/detectors").status, 200);
    for client in [analyst, viewer] {
        assert_eq!(client.get("/api/v1/admin/plugins").code(), "forbidden");
    }
}

#[test]
fn secrets_are_not_logged() {
    let server = Server::start_with(&[], &[("LOG_LEVEL", "debug")]);
    let admin = server.admin();
    admin.get("/api/v1/auth/me");
    let log = server.log();
    assert!(!log.contains(admin.token()) && !log.contains("correct horse"));
}
