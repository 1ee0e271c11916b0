//! A login under way: what the browser that began it keeps, and cannot read.

use crate::random::Random;
use crate::vault::{Place, Vault, VaultError};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long somebody may take at the provider.
const LIFETIME: Duration = Duration::minutes(10);
const NAME: &str = "pynomaly_oidc";
/// The cookie is sent to nothing else.
const PATH: &str = "/api/v1/auth/oidc";
/// What the ciphertext is bound to: no secret of the database is taken for a cookie.
const PLACE: Place<'_> = Place { table: "", column: NAME, row: &[] };

/// What ties the answer of the provider to the browser (`state`), the token to the login (`nonce`)
/// and the code to this server (`verifier`).
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    /// Seconds since 1970.
    expires_at: i64,
}

impl Pending {
    pub(crate) fn draw(random: &Random, now: OffsetDateTime) -> Self {
        let text = || URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        let expires_at = (now + LIFETIME).unix_timestamp();
        Self { state: text(), nonce: text(), verifier: text(), expires_at }
    }

    /// What the browser that sent `headers` has kept, if it still counts.
    pub(crate) fn of(vault: &Vault, headers: &HeaderMap, now: OffsetDateTime) -> Option<Self> {
        let cookies = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut cookies = cookies.flat_map(|cookies| cookies.split(';'));
        let named =
            |cookie: &str| cookie.trim().strip_prefix(NAME)?.strip_prefix('=').map(str::to_owned);
        let kept = URL_SAFE_NO_PAD.decode(cookies.find_map(named)?).ok()?;
        let text = vault.decrypt(PLACE, &kept).ok()?;
        let pending = serde_json::from_slice::<Self>(&text).ok()?;
        (now.unix_timestamp() < pending.expires_at).then_some(pending)
    }
}

/// The cookie that keeps `pending`; over HTTPS alone where `is_secure`.
pub(crate) fn cookie(
    vault: &Vault,
    random: &Random,
    pending: &Pending,
    is_secure: bool,
) -> Result<String, VaultError> {
    let text = serde_json::to_vec(pending).map_err(|_| VaultError::Broken)?;
    let value = URL_SAFE_NO_PAD.encode(vault.encrypt(random, PLACE, &text)?);
    Ok(with_attributes(&value, LIFETIME.whole_seconds(), is_secure))
}

/// Makes the browser forget it.
pub(crate) fn forget_cookie(is_secure: bool) -> String {
    with_attributes("", 0, is_secure)
}

/// `Lax`: the browser has to send it when the provider sends it back here.
fn with_attributes(value: &str, seconds: i64, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{NAME}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
