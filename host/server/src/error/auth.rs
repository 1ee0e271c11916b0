//! Verdicts on [`AuthError`].

use super::{Verdict, busy, internal, refused, verdict};
use crate::auth::AuthError;
use crate::auth::oidc::OidcError;
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
        AuthError::SessionNeeded => verdict(S::UNAUTHORIZED, "session_needed", "Login needed"),
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
        AuthError::Oidc(error) => oidc(error),
    }
}

fn oidc(error: &OidcError) -> Verdict {
    match error {
        OidcError::NotConfigured => {
            verdict(S::NOT_FOUND, "oidc_not_configured", "No identity provider")
        }
        OidcError::NotBegun(_) => verdict(S::UNAUTHORIZED, "oidc_not_begun", "Login not begun"),
        OidcError::Refused(_) => verdict(S::UNAUTHORIZED, "oidc_refused", "Login refused"),
        OidcError::InvalidToken(_) => {
            verdict(S::UNAUTHORIZED, "oidc_invalid_token", "Invalid token")
        }
        OidcError::Provider(_) => {
            verdict(S::BAD_GATEWAY, "oidc_provider_failed", "Identity provider failed")
        }
        OidcError::UnknownPerson(_) => {
            verdict(S::FORBIDDEN, "oidc_unknown_person", "Unknown person")
        }
        OidcError::Busy(_) => busy(),
    }
}
