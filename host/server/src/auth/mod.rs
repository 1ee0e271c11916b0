//! Who is calling, and may they?
//!
//! A login begins a session (`routes/auth/login.rs`). Its access token (`tokens.rs`) names the
//! session; whether the session still stands and what its user may do now comes from
//! `sessions.rs`, not from the token, so that logout, deactivation and a change of role count at
//! once. An API key (`api_key.rs`) stands for its user in the same way, within its scopes. A
//! handler's first lines state what it needs: `caller.require(Permission::Detect)?`.

pub(crate) mod api_key;
mod caller;
mod error;
mod lockout;
pub(crate) mod oidc;
mod password_rules;
mod passwords;
mod permission;
mod recent;
mod scopes;
pub(crate) mod second_factor;
pub(crate) mod secret;
pub(crate) mod secret_token;
mod sessions;
mod signing_keys;
mod tokens;
pub(crate) mod totp;

pub(crate) use api_key::Keys;
pub(crate) use caller::Caller;
pub(crate) use error::AuthError;
pub(crate) use lockout::Lockout;
pub(crate) use password_rules::{PASSWORD_BYTES, Unfit, check_password, is_common_password};
pub(crate) use passwords::{NO_PASSWORD, PasswordError, Passwords, Verified};
pub(crate) use permission::Permission;
pub(crate) use recent::Recent;
pub(crate) use scopes::Scopes;
pub(crate) use sessions::Sessions;
pub(crate) use signing_keys::SigningKey;
pub(crate) use tokens::{ACCESS_TOKEN_LIFETIME, Tokens};

use time::Duration;

/// How long a login lasts, however often its tokens are refreshed.
pub(crate) const SESSION_LIFETIME: Duration = Duration::days(7);
