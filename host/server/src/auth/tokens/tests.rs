use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use pynomaly_store::Role;

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

fn session() -> Session {
    Session {
        id: Uuid::from_u128(1),
        user_id: Uuid::from_u128(2),
        tenant_id: Uuid::from_u128(4),
        role: Role::Analyst,
        is_valid: true,
        expires_at: now() + Duration::days(1),
    }
}

fn token(tokens: &Tokens) -> String {
    tokens.sign(&session(), Uuid::from_u128(3), now()).unwrap()
}

fn tokens(secret: &str) -> Tokens {
    Tokens::new(SigningKey::hmac(secret.as_bytes()), Vec::new())
}

/// Ed25519, of RFC 8410, 10.3.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----";

fn ed25519() -> SigningKey {
    SigningKey::ed25519(PRIVATE_KEY).unwrap()
}

/// `claims` under `algorithm`, signed with the right secret.
fn forged(algorithm: Algorithm, kid: Option<&str>, claims: &serde_json::Value) -> String {
    let key = EncodingKey::from_secret(b"secret");
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

/// `claims` of a token with that header and whatever signature.
fn with_header(header: &str, claims: &serde_json::Value) -> String {
    let signed = forged(Algorithm::HS256, None, claims);
    let [_, claims, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!() };
    format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(header))
}

fn claims(issuer: &str, audience: &str) -> serde_json::Value {
    serde_json::json!({
        "iss": issuer, "aud": audience, "sub": Uuid::from_u128(2), "tenant": Uuid::from_u128(4), "sid": Uuid::from_u128(1),
        "jti": Uuid::from_u128(3), "role": "admin", "iat": 0, "exp": i64::MAX,
    })
}

#[test]
fn token_works_until_it_expires() {
    let tokens = tokens("secret");
    let token = token(&tokens);
    assert_eq!(tokens.verify(&token, now()), Some(Uuid::from_u128(1)));
    let last = now() + ACCESS_TOKEN_LIFETIME - Duration::seconds(1);
    assert!(tokens.verify(&token, last).is_some());
    assert_eq!(tokens.verify(&token, now() + ACCESS_TOKEN_LIFETIME), None);
}

#[test]
fn other_key_is_refused() {
    assert_eq!(tokens("other").verify(&token(&tokens("secret")), now()), None);
}

#[test]
fn every_changed_character_is_refused() {
    let tokens = tokens("secret");
    let token = token(&tokens);
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(tokens.verify(&String::from_utf8(bytes).unwrap(), now()), None, "at {at}");
        assert_eq!(tokens.verify(&token[..at], now()), None, "cut at {at}");
    }
}

#[test]
fn other_algorithm_key_issuer_or_audience_is_refused_even_if_well_signed() {
    let tokens = tokens("secret");
    let id = Some(tokens.current.id.as_str());
    let ours = claims(ISSUER, AUDIENCE);
    assert!(tokens.verify(&forged(Algorithm::HS256, id, &ours), now()).is_some());
    assert_eq!(tokens.verify(&forged(Algorithm::HS512, id, &ours), now()), None);
    for kid in [None, Some(""), Some("another"), Some("../../etc/passwd")] {
        assert_eq!(tokens.verify(&forged(Algorithm::HS256, kid, &ours), now()), None, "{kid:?}");
    }
    for (issuer, audience) in [("other", AUDIENCE), (ISSUER, "other")] {
        let claims = claims(issuer, audience);
        assert_eq!(tokens.verify(&forged(Algorithm::HS256, id, &claims), now()), None);
    }
    let kid = &tokens.current.id;
    for alg in ["none", "None", "EdDSA", "RS256"] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
        assert_eq!(tokens.verify(&with_header(&header, &ours), now()), None, "{alg}");
    }
    assert_eq!(tokens.verify("", now()), None);
    assert_eq!(tokens.verify("..", now()), None);
}

#[test]
fn previous_key_still_counts_and_signs_no_more() {
    let old = tokens("old");
    let both = Tokens::new(SigningKey::hmac(b"new"), vec![SigningKey::hmac(b"old")]);
    assert!(both.verify(&token(&old), now()).is_some());
    assert_eq!(old.verify(&token(&both), now()), None);
    assert!(tokens("new").verify(&token(&both), now()).is_some());
    assert_eq!(tokens("new").verify(&token(&old), now()), None);
}

#[test]
fn ed25519_signs_and_its_public_key_is_no_secret_to_sign_with() {
    let old = tokens("old");
    let tokens = Tokens::new(ed25519(), vec![SigningKey::hmac(b"old")]);
    let signed = token(&tokens);
    assert_eq!(jsonwebtoken::decode_header(&signed).unwrap().alg, Algorithm::EdDSA);
    assert!(tokens.verify(&signed, now()).is_some());
    assert!(tokens.verify(&token(&old), now()).is_some());
    assert_eq!(old.verify(&signed, now()), None);
    // The public half, which anyone may know, taken for the secret of an HMAC.
    let key = ed25519_dalek::pkcs8::DecodePrivateKey::from_pkcs8_pem(PRIVATE_KEY);
    let public = ed25519_dalek::SigningKey::verifying_key(&key.unwrap()).to_bytes();
    let header = Header { kid: Some(tokens.current.id.clone()), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(&public);
    let forged = jsonwebtoken::encode(&header, &claims(ISSUER, AUDIENCE), &key).unwrap();
    assert_eq!(tokens.verify(&forged, now()), None);
}

#[test]
fn keys_are_named_the_same_everywhere_and_never_shown() {
    assert_eq!(ed25519().id, SigningKey::ed25519(&PRIVATE_KEY.replace('\n', "\\n")).unwrap().id);
    assert_ne!(SigningKey::hmac(b"a").id, SigningKey::hmac(b"b").id);
    assert!(SigningKey::ed25519("-----BEGIN PRIVATE KEY-----").is_none());
    let shown = format!("{:?}", Tokens::new(ed25519(), vec![SigningKey::hmac(b"hunter2")]));
    assert!(!shown.contains("hunter2") && !shown.contains("212,"), "{shown}");
}
