//! Login through an identity provider: OpenID Connect, authorization code with PKCE (RFC 7636).
//!
//! `/api/v1/auth/oidc/login` sends the browser to the provider (`provider.rs`) with a state, a
//! nonce and a challenge, which it keeps, encrypted, in a cookie of that browser (`pending.rs`): no
//! server has to remember them, so that any replica may answer. `/api/v1/auth/oidc/callback` takes
//! what the provider sent back, and finds out which user it is (`person.rs`).

mod http;
mod pending;
mod person;
mod provider;

pub(crate) use pending::{Pending, cookie, forget_cookie};
pub(crate) use person::{Person, user_of};
pub(crate) use provider::Provider;

use crate::gate::Busy;

/// Why somebody was not let in by the provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OidcError {
    /// The settings name no provider.
    #[error("this server knows no identity provider")]
    NotConfigured,
    /// The answer does not belong to a login that this browser began.
    #[error("this is not the answer to a login that this browser began a moment ago: {0}")]
    NotBegun(&'static str),
    /// The provider, or its user, refused.
    #[error("the identity provider refused the login")]
    Refused(String),
    /// What the provider says of the user is not to be believed.
    #[error("the identity provider's token is not valid")]
    InvalidToken(String),
    /// The provider is not there, or says nothing that makes sense.
    #[error("the identity provider does not answer as it should")]
    Provider(String),
    /// Nobody here, and nobody is to be added.
    #[error("there is no account here for this person: {0}")]
    UnknownPerson(&'static str),
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl OidcError {
    /// What the log needs and the client must not see.
    pub(crate) fn cause(&self) -> Option<String> {
        match self {
            Self::Refused(cause) | Self::InvalidToken(cause) | Self::Provider(cause) => {
                Some(format!("{self}: {cause}"))
            }
            _ => None,
        }
    }
}
