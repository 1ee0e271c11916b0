//! Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 (RFC 7515, `HS256`).
//!
//! There is one header, and every token starts with its very bytes. What says `alg: none`,
//! another algorithm or another key id is refused before anything of it is decoded: there is no
//! algorithm to choose, so none can be chosen wrongly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use pynomaly_store::Session;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long an access token works; a client then asks for another with its refresh token.
pub(crate) const ACCESS_TOKEN_LIFETIME: Duration = Duration::minutes(30);

/// `{"alg":"HS256","typ":"JWT"}` and the dot after it.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
const ISSUER: &str = "pynomaly";
const AUDIENCE: &str = "pynomaly-api";

/// Makes and checks access tokens.
pub(crate) struct Tokens {
    /// Already fed with the key; cloned for each token.
    mac: Hmac<Sha256>,
}

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    /// The user.
    sub: Uuid,
    /// The session, by which the token is revoked.
    sid: Uuid,
    jti: Uuid,
    /// For the client's eyes; the server asks the session.
    role: &'a str,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// Signs with `secret`.
    pub(crate) fn new(secret: &[u8]) -> Result<Self, InvalidLength> {
        Ok(Self { mac: Hmac::new_from_slice(secret)? })
    }

    /// A token for `session` from `now` on.
    pub(crate) fn sign(
        &self,
        session: &Session,
        jti: Uuid,
        now: OffsetDateTime,
    ) -> Result<String, serde_json::Error> {
        let claims = Claims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: session.user_id,
            sid: session.id,
            jti,
            role: session.role.name(),
            iat: now.unix_timestamp(),
            exp: (now + ACCESS_TOKEN_LIFETIME).unix_timestamp(),
        };
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
        let signed = format!("{HEADER}{claims}");
        let signature = self.mac.clone().chain_update(&signed).finalize().into_bytes();
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The session that `token` belongs to, if this server signed it and it has not expired.
    pub(crate) fn verify(&self, token: &str, now: OffsetDateTime) -> Option<Uuid> {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = signed.strip_prefix(HEADER)?;
        let mut given = [0; 64];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut given).ok()?;
        let mac = self.mac.clone().chain_update(signed);
        mac.verify_slice(given.get(..length)?).ok()?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: Claims<'_> = serde_json::from_slice(&claims).ok()?;
        let is_ours = claims.iss == ISSUER && claims.aud == AUDIENCE;
        (is_ours && now.unix_timestamp() < claims.exp).then_some(claims.sid)
    }
}

#[cfg(test)]
mod tests;
