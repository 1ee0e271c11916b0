//! Making accounts, the same way for the first start, the command line and the API.

use crate::audit::{Actor, changed};
use crate::auth::{Caller, PASSWORD_BYTES, PasswordError, Passwords, Unfit, check_password};
use crate::random::Random;
use crate::routes::admin::users::UserAnswer;
use crate::state::App;
use pynomaly_store::{Role, Store, StoreError, User};
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// Bytes of an address, as SMTP allows (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;

/// An account to make.
#[derive(Clone)]
pub struct NewAccount {
    /// Whose organisation it belongs to.
    pub tenant_id: Uuid,
    /// Its address; unique whatever its case.
    pub email: String,
    /// Its password, 8 to 1,024 bytes and not a common one; `None` has one drawn.
    pub password: Option<String>,
    /// What it may do.
    pub role: Role,
}

/// An account that was made.
#[derive(Clone)]
pub struct Created {
    /// Its identifier.
    pub id: Uuid,
    /// Its address.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// The password that was drawn; nobody can tell it again.
    pub password: Option<String>,
    pub(crate) created_at: OffsetDateTime,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not an address.
    #[error("the address must look like name@host and have at most {EMAIL_BYTES_MAX} bytes")]
    Email,
    /// Too short or too long.
    #[error(
        "the password must have {} to {} bytes",
        PASSWORD_BYTES.start(),
        PASSWORD_BYTES.end()
    )]
    Password,
    /// One of those that are tried first.
    #[error("the password is a common one, which is tried first by whoever guesses")]
    CommonPassword,
    /// The address is taken.
    #[error("a user with that address exists")]
    Taken,
    /// Too many passwords are being hashed.
    #[error("too many logins at the moment; try again soon")]
    Busy,
    /// The password was not hashed.
    #[error("{0}")]
    Hash(String),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

/// What making an account needs.
pub(crate) struct Maker<'a> {
    pub(crate) store: &'a Store,
    pub(crate) passwords: &'a Passwords,
    pub(crate) random: &'a Random,
    /// Who asks.
    pub(crate) actor: Actor,
}

/// Nothing of the password.
impl fmt::Debug for NewAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("NewAccount");
        out.field("tenant_id", &self.tenant_id).field("email", &self.email);
        out.field("role", &self.role).finish_non_exhaustive()
    }
}

/// Nothing of the password.
impl fmt::Debug for Created {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Created");
        out.field("id", &self.id).field("email", &self.email).field("role", &self.role);
        out.finish_non_exhaustive()
    }
}

impl NewAccount {
    /// Refuses what cannot be an account, whoever else there is.
    pub(crate) fn check(&self) -> Result<(), AccountError> {
        check_email(&self.email)?;
        self.password.as_deref().map_or(Ok(()), check_password).map_err(AccountError::from)
    }
}

impl<'a> Maker<'a> {
    /// Works for the caller of a request.
    pub(crate) fn for_request(app: &'a App, caller: &Caller) -> Self {
        let actor = caller.actor(app.clock.now());
        Self { store: &app.store, passwords: &app.passwords, random: &app.random, actor }
    }

    /// Makes `account`.
    pub(crate) async fn create(&self, account: NewAccount) -> Result<Created, AccountError> {
        account.check()?;
        let drawn = account.password.is_none().then(|| self.random.password());
        let password = account.password.or_else(|| drawn.clone()).unwrap_or_default();
        let user = User {
            id: self.random.id(self.actor.now),
            tenant_id: account.tenant_id,
            email: account.email,
            password_hash: self.passwords.hash(password, self.random.bytes()).await?,
            role: account.role,
            is_active: true,
            has_totp: false,
            created_at: self.actor.now,
        };
        let audit = self.actor.done(self.random, "user.create", &user.email);
        let audit = changed(audit, None, Some(&UserAnswer::from(&user)));
        self.store.create_user(&user, &audit).await?;
        let User { id, email, role, created_at, .. } = user;
        Ok(Created { id, email, role, password: drawn, created_at })
    }
}

impl From<StoreError> for AccountError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::EmailTaken => Self::Taken,
            other => Self::Store(other),
        }
    }
}

impl From<Unfit> for AccountError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Length => Self::Password,
            Unfit::Common => Self::CommonPassword,
        }
    }
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy(_) => Self::Busy,
            PasswordError::Failed(cause) => Self::Hash(cause),
        }
    }
}

/// Whether it could be an address; only a message to it could tell more.
pub(crate) fn check_email(email: &str) -> Result<(), AccountError> {
    let parts = email.split_once('@');
    let has_parts = parts
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let is_plain = email.chars().all(|it| !it.is_whitespace() && !it.is_control());
    let is_short = email.len() <= EMAIL_BYTES_MAX;
    if has_parts && is_plain && is_short { Ok(()) } else { Err(AccountError::Email) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert!(check_email("ada@example.org").is_ok() && check_email("admin@localhost").is_ok());
        let long = format!("{}@x", "a".repeat(EMAIL_BYTES_MAX));
        for wrong in ["", "ada", "@x", "ada@", "a@b@c", "a b@c", "a\n@c", &long] {
            assert!(check_email(wrong).is_err(), "{wrong:?}");
        }
    }
}
