//! Why somebody is not let in, or may not change how they get in.

use super::oidc::OidcError;
use crate::vault::VaultError;
use time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("too many attempts failed; the next may be made in {} s", self.wait_seconds())]
    LockedOut { wait: Duration },
    /// The password that the body has at this pointer.
    #[error("the password is wrong")]
    WrongPassword(&'static str),
    #[error("the reset token is unknown, used or expired")]
    WrongResetToken,
    #[error("this needs a login; an API key does not do")]
    SessionNeeded,
    /// Only after the right password.
    #[error("a code of the authenticator app is needed: `totp_code`")]
    TotpRequired,
    /// The code that the body has at this pointer.
    #[error("the code is wrong, expired or used")]
    WrongTotpCode(&'static str),
    #[error("there is a second factor already; remove it first")]
    TotpEnabled,
    #[error("there is no second factor to confirm, or it changed meanwhile")]
    TotpNotBegun,
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Oidc(#[from] OidcError),
}

impl AuthError {
    /// What the log needs and the client must not see.
    pub(crate) fn cause(&self) -> Option<String> {
        match self {
            Self::Vault(error) => Some(error.to_string()),
            Self::Oidc(error) => error.cause(),
            _ => None,
        }
    }

    /// Whole seconds to wait, so that whoever waits for them has waited long enough.
    pub(crate) fn wait_seconds(&self) -> u64 {
        let Self::LockedOut { wait } = self else { return 0 };
        let whole = u64::try_from(wait.whole_seconds()).unwrap_or_default();
        whole + u64::from(wait.subsec_nanoseconds() > 0)
    }
}
