//! What a login needs after the password.

use super::error::AuthError;
use super::totp;
use crate::error::ApiError;
use crate::state::App;
use crate::vault::Place;
use pynomaly_store::SecretColumn;
use time::OffsetDateTime;
use uuid::Uuid;

/// How a user stands with a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondFactor {
    /// The user has none.
    NotNeeded,
    /// There is one, and no code.
    Missing,
    Right,
    Wrong,
}

/// Whether `code` is right for that user `now`. A right one is used up.
pub(crate) async fn check(
    app: &App,
    user_id: Uuid,
    code: Option<&str>,
    now: OffsetDateTime,
) -> Result<SecondFactor, ApiError> {
    let known = app.store.find_totp(user_id).await?.filter(|totp| totp.is_enabled);
    let Some(known) = known else { return Ok(SecondFactor::NotNeeded) };
    let Some(code) = code else { return Ok(SecondFactor::Missing) };
    let secret = decrypt(app, user_id, &known.secret)?;
    let Some(step) = totp::verify(&secret, code, known.last_step, now) else {
        return Ok(SecondFactor::Wrong);
    };
    let is_first = app.store.use_totp_step(user_id, step).await?;
    Ok(if is_first { SecondFactor::Right } else { SecondFactor::Wrong })
}

/// A user's secret as the database keeps it.
pub(crate) fn encrypt(app: &App, user_id: Uuid, secret: &[u8]) -> Result<Vec<u8>, AuthError> {
    Ok(app.vault.encrypt(&app.random, place(user_id.as_bytes()), secret)?)
}

/// A user's secret as it is.
pub(crate) fn decrypt(app: &App, user_id: Uuid, kept: &[u8]) -> Result<Vec<u8>, AuthError> {
    Ok(app.vault.decrypt(place(user_id.as_bytes()), kept)?)
}

fn place(row: &[u8]) -> Place<'_> {
    let column = SecretColumn::TotpSecret;
    Place { table: column.table(), column: column.name(), row }
}
