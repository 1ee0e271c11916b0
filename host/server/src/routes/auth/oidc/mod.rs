//! Logging in through an identity provider.

pub(crate) mod callback;
pub(crate) mod login;

use crate::auth::AuthError;
use crate::auth::oidc::{OidcError, Provider};
use crate::state::App;

/// The provider of the settings.
fn provider(app: &App) -> Result<&Provider, AuthError> {
    app.oidc.as_ref().ok_or(AuthError::Oidc(OidcError::NotConfigured))
}
