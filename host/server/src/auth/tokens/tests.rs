use super::*;
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

/// `claims` under `algorithm`, signed with the right key.
fn forged(algorithm: Algorithm, claims: &serde_json::Value) -> String {
    let key = EncodingKey::from_secret(b"secret");
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// `claims` of a token without a signature.
fn unsigned(claims: &serde_json::Value) -> String {
    let signed = forged(Algorithm::HS256, claims);
    let [_, claims, signature] = signed.split('.').collect::<Vec<_>>()[..] else { panic!() };
    // {"alg":"none"}
    format!("eyJhbGciOiJub25lIn0.{claims}.{signature}")
}

fn claims(issuer: &str, audience: &str) -> serde_json::Value {
    serde_json::json!({
        "iss": issuer, "aud": audience, "sub": Uuid::from_u128(2), "tenant": Uuid::from_u128(4), "sid": Uuid::from_u128(1),
        "jti": Uuid::from_u128(3), "role": "admin", "iat": 0, "exp": i64::MAX,
    })
}

#[test]
fn token_works_until_it_expires() {
    let tokens = Tokens::new(b"secret");
    let token = token(&tokens);
    assert_eq!(tokens.verify(&token, now()), Some(Uuid::from_u128(1)));
    let last = now() + ACCESS_TOKEN_LIFETIME - Duration::seconds(1);
    assert!(tokens.verify(&token, last).is_some());
    assert_eq!(tokens.verify(&token, now() + ACCESS_TOKEN_LIFETIME), None);
}

#[test]
fn other_key_is_refused() {
    assert_eq!(Tokens::new(b"other").verify(&token(&Tokens::new(b"secret")), now()), None);
}

#[test]
fn every_changed_character_is_refused() {
    let tokens = Tokens::new(b"secret");
    let token = token(&tokens);
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(tokens.verify(&String::from_utf8(bytes).unwrap(), now()), None, "at {at}");
        assert_eq!(tokens.verify(&token[..at], now()), None, "cut at {at}");
    }
}

#[test]
fn other_algorithm_issuer_or_audience_is_refused_even_if_well_signed() {
    let tokens = Tokens::new(b"secret");
    let ours = claims(ISSUER, AUDIENCE);
    assert!(tokens.verify(&forged(Algorithm::HS256, &ours), now()).is_some());
    assert_eq!(tokens.verify(&forged(Algorithm::HS512, &ours), now()), None);
    assert_eq!(tokens.verify(&unsigned(&ours), now()), None);
    for (issuer, audience) in [("other", AUDIENCE), (ISSUER, "other")] {
        let claims = claims(issuer, audience);
        assert_eq!(tokens.verify(&forged(Algorithm::HS256, &claims), now()), None);
    }
    assert_eq!(tokens.verify("", now()), None);
    assert_eq!(tokens.verify("..", now()), None);
}
