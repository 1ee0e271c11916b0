//! Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 (RFC 7515, `HS256`).
//!
//!
//! One algorithm is accepted, whatever a token's header asks for; the library compares the
//! signature in constant time. Expiry is checked here, because time is an argument.

use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pynomaly_store::Session;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an access token works; a client then asks for another with its refresh token.
pub(crate) const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(30);

const ISSUER: &str = "pynomaly";
const AUDIENCE: &str = "pynomaly-api";

/// Claims that every token has to carry.
const REQUIRED: [&str; 4] = ["iss", "aud", "sub", "exp"];

/// Makes and checks access tokens.
pub(crate) struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
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
    /// Signs with `secret`.
    pub(crate) fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&REQUIRED);
        validation.validate_exp = false;
        Self {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            validation,
        }
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
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// The session that `token` belongs to, if this server signed it and it has not expired.
    pub(crate) fn verify(&self, token: &str, now: OffsetDateTime) -> Option<Uuid> {
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.validation);
        let claims = decoded.ok()?.claims;
        (now.unix_timestamp() < claims.exp).then_some(claims.sid)
    }
}

#[cfg(test)]
mod tests;
