//! The identity provider.

use super::read::{ConfigError, Reader};
use super::{Environment, Secret, Variable, variables as names};

/// An identity provider, and this server as it knows it.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// Where its metadata is.
    pub issuer: String,
    /// The name that it gave this server.
    pub client_id: String,
    /// The secret that it gave this server.
    pub client_secret: Secret,
    /// Where it sends browsers back to.
    pub redirect_url: String,
    /// Whether people whom nobody knows here are given an account.
    pub create_users: bool,
}

/// The provider, if there is an issuer; then everything else has to be there too.
pub(super) fn oidc(
    read: &Reader,
    environment: Environment,
    has_key: bool,
) -> Result<Option<Oidc>, ConfigError> {
    let create_users = read.boolean(&names::OIDC_CREATE_USERS)?;
    if read.optional(&names::OIDC_ISSUER)?.is_none() {
        return Ok(None);
    }
    if environment.is_strict() && !has_key {
        let expected = "set, because OIDC_ISSUER is and cookies are encrypted";
        return Err(read.wrong(&names::ENCRYPTION_KEY, expected));
    }
    Ok(Some(Oidc {
        issuer: url(read, &names::OIDC_ISSUER, environment)?,
        client_id: read.text(&names::OIDC_CLIENT_ID)?,
        client_secret: Secret(read.text(&names::OIDC_CLIENT_SECRET)?),
        redirect_url: url(read, &names::OIDC_REDIRECT_URL, environment)?,
        create_users,
    }))
}

/// An address; outside development nobody between is to read or change what is sent there.
fn url(
    read: &Reader,
    variable: &Variable,
    environment: Environment,
) -> Result<String, ConfigError> {
    let text = read.text(variable)?;
    let is_plain = text.starts_with("http://") && !environment.is_strict();
    let is_url = openidconnect::url::Url::parse(&text).is_ok();
    if is_url && (is_plain || text.starts_with("https://")) {
        return Ok(text);
    }
    Err(read.wrong(variable, "an address that begins with https://"))
}
