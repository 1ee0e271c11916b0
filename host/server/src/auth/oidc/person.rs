//! Who somebody whom the provider vouches for is here.

use super::OidcError;
use crate::accounts::check_email;
use crate::audit::{Actor, Origin, changed};
use crate::auth::NO_PASSWORD;
use crate::error::ApiError;
use crate::routes::admin::users::UserAnswer;
use crate::state::App;
use pynomaly_store::{HOME_TENANT, Identity, Role, StoreError, User};
use time::OffsetDateTime;

/// What the provider says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    /// Their address, if the provider has verified it.
    pub(crate) verified_email: Option<String>,
}

/// The user that `person` is: linked before, or now by a verified address, or made now where
/// `creates_users`.
pub(crate) async fn user_of(
    app: &App,
    person: Person,
    creates_users: bool,
    origin: Origin,
    now: OffsetDateTime,
) -> Result<User, ApiError> {
    let Person { issuer, subject, verified_email } = person;
    let identity = Identity { issuer, subject };
    let user = match app.store.find_identity(&identity).await? {
        Some(user) => user,
        None => {
            let email = verified_email.filter(|email| check_email(email).is_ok());
            let reason = "the provider has not verified an address of theirs";
            let email = email.ok_or(OidcError::UnknownPerson(reason))?;
            let user = match app.store.find_user_by_email(&email).await? {
                Some(user) => user,
                None if creates_users => create(app, email, &origin, now).await?,
                None => return Err(OidcError::UnknownPerson("nobody has their address").into()),
            };
            link(app, &identity, &user, origin, now).await?;
            user
        }
    };
    if user.is_active {
        Ok(user)
    } else {
        Err(OidcError::UnknownPerson("theirs is not active").into())
    }
}

/// A viewer of the home organisation, without a password.
async fn create(
    app: &App,
    email: String,
    origin: &Origin,
    now: OffsetDateTime,
) -> Result<User, ApiError> {
    let user = User {
        id: app.id(now),
        tenant_id: HOME_TENANT,
        email,
        password_hash: NO_PASSWORD.to_owned(),
        role: Role::Viewer,
        is_active: true,
        has_totp: false,
        created_at: now,
    };
    let audit = actor(&user, origin.clone(), now).done(&app.random, "user.create", &user.email);
    let audit = changed(audit, None, Some(&UserAnswer::from(&user)));
    app.store.create_user(&user, &audit).await?;
    Ok(user)
}

/// From now on the account at the provider is that user, whatever becomes of its address.
async fn link(
    app: &App,
    identity: &Identity,
    user: &User,
    origin: Origin,
    now: OffsetDateTime,
) -> Result<(), ApiError> {
    if !user.is_active {
        return Ok(());
    }
    let audit = actor(user, origin, now).done(&app.random, "identity.link", &user.id.to_string());
    #[derive(serde::Serialize)]
    struct Linked<'a> {
        issuer: &'a str,
        subject: &'a str,
    }
    let Identity { issuer, subject } = identity;
    let audit = changed(audit, None, Some(&Linked { issuer, subject }));
    match app.store.link_identity(identity, user.id, &audit).await {
        // The same person came twice at the same time.
        Err(StoreError::NameTaken) => Ok(()),
        outcome => Ok(outcome?),
    }
}

fn actor(user: &User, origin: Origin, now: OffsetDateTime) -> Actor {
    Actor { tenant_id: Some(user.tenant_id), user_id: Some(user.id), origin, now }
}
