//! Verdicts on [`AuthError`].

use super::{Verdict, internal, refused, verdict};
use crate::auth::AuthError;
use crate::vault::VaultError;
use axum::http::StatusCode as S;

pub(super) fn auth(error: &AuthError) -> Verdict {
    let message = error.to_string();
    match error {
        AuthError::LockedOut { .. } => {
            verdict(S::TOO_MANY_REQUESTS, "locked_out", "Too many failed attempts")
        }
        AuthError::WrongPassword(pointer) => refused("wrong_password", *pointer, message),
        AuthError::WrongResetToken => {
            verdict(S::UNAUTHORIZED, "wrong_reset_token", "Wrong reset token")
        }
        AuthError::SessionNeeded => verdict(S::FORBIDDEN, "session_needed", "Login needed"),
        AuthError::TotpRequired => verdict(S::UNAUTHORIZED, "totp_required", "Code needed"),
        AuthError::WrongTotpCode("/totp_code") => {
            verdict(S::UNAUTHORIZED, "wrong_totp_code", "Wrong code")
        }
        AuthError::WrongTotpCode(pointer) => refused("wrong_totp_code", *pointer, message),
        AuthError::TotpEnabled => verdict(S::CONFLICT, "totp_enabled", "Second factor in use"),
        AuthError::TotpNotBegun => verdict(S::CONFLICT, "totp_not_begun", "Nothing to confirm"),
        AuthError::Vault(VaultError::NoKey) => {
            verdict(S::SERVICE_UNAVAILABLE, "encryption_key_missing", "No encryption key")
        }
        AuthError::Vault(VaultError::UnknownKey | VaultError::Broken) => internal(),
    }
}
