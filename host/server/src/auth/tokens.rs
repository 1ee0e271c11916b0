//! Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 or Ed25519.
//!
//! A token's `kid` chooses among our keys, and the key decides the algorithm, whatever else the
//! token's header asks for; the library compares the signature in constant time. Expiry is checked
//! here, because time is an argument.

use super::signing_keys::SigningKey;
use jsonwebtoken::errors::Error;
use jsonwebtoken::{Header, Validation};
use moka::sync::Cache;
use pynomaly_store::Session;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an access token works; a client then asks for another with its refresh token.
pub(crate) const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(30);

const ISSUER: &str = "pynomaly";
const AUDIENCE: &str = "pynomaly-api";

/// Claims that every token has to carry.
const REQUIRED: [&str; 4] = ["iss", "aud", "sub", "exp"];

/// Tokens whose signature is remembered.
const VERIFIED_MAX: u64 = 10_000;

/// Makes and checks access tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    current: SigningKey,
    /// Those that tokens were signed with before: they still count, and sign no more.
    previous: Vec<SigningKey>,
    /// What tokens said that were found to be ours, by their digests. A client sends the same one
    /// for half an hour.
    verified: Cache<[u8; 32], Verified>,
}

/// What a request needs of a token.
#[derive(Debug, Clone, Copy)]
struct Verified {
    session_id: Uuid,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// The user.
    sub: Uuid,
    /// The session, by which the token is revoked.
    sid: Uuid,
    jti: Uuid,
    /// For the client's eyes; the server asks the session.
    role: String,
    /// The user's organisation; as `role`.
    tenant: Uuid,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// Signs with `current`, and believes what `previous` signed.
    pub(crate) fn new(current: SigningKey, previous: Vec<SigningKey>) -> Self {
        Self { current, previous, verified: Cache::new(VERIFIED_MAX) }
    }

    /// A token for `session` from `now` on.
    pub(crate) fn sign(
        &self,
        session: &Session,
        jti: Uuid,
        now: OffsetDateTime,
    ) -> Result<String, Error> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: session.user_id,
            sid: session.id,
            jti,
            role: session.role.name().to_owned(),
            tenant: session.tenant_id,
            iat: now.unix_timestamp(),
            exp: (now + ACCESS_TOKEN_LIFETIME).unix_timestamp(),
        };
        let SigningKey { id, algorithm, signing, .. } = &self.current;
        let header = Header { kid: Some(id.clone()), ..Header::new(*algorithm) };
        jsonwebtoken::encode(&header, &claims, signing)
    }

    /// The session that `token` belongs to, if this server signed it and it has not expired.
    pub(crate) fn verify(&self, token: &str, now: OffsetDateTime) -> Option<Uuid> {
        let digest = Sha256::digest(token.as_bytes()).into();
        let verified = self.verified.get(&digest).or_else(|| {
            let verified = self.decode(token)?;
            self.verified.insert(digest, verified);
            Some(verified)
        })?;
        (now.unix_timestamp() < verified.expires_at).then_some(verified.session_id)
    }

    /// What `token` says, if this server signed it.
    fn decode(&self, token: &str) -> Option<Verified> {
        let id = jsonwebtoken::decode_header(token).ok()?.kid?;
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        let key = keys.find(|key| key.id == id)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, &key.checking, &validation(key));
        let claims = decoded.ok()?.claims;
        Some(Verified { session_id: claims.sid, expires_at: claims.exp })
    }
}

/// What a token that `key` signed has to say.
fn validation(key: &SigningKey) -> Validation {
    let mut validation = Validation::new(key.algorithm);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&REQUIRED);
    validation.validate_exp = false;
    validation
}

#[cfg(test)]
mod tests;
