use super::{TokenAnswer, begin_session};
use crate::audit::Origin;
use crate::auth::second_factor::{self, SecondFactor};
use crate::auth::{AuthError, Verified};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::{App, AppState};
use axum::extract::{Request, State};
use axum::response::Response;
use pynomaly_store::User;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginBody {
    #[schema(example = "ada@example.org")]
    email: String,
    password: String,
    /// A code of the authenticator app, where the account has a second factor: without it, the
    /// right password is answered with `totp_required`.
    #[schema(example = "287082")]
    totp_code: Option<String>,
}

/// Begins a session. An unknown address, a wrong password and a deactivated account have the
/// same answer after the same work; after too many of them the next attempt has to wait.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "accounts", request_body = LoginBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json",
            description = "Wait for as many seconds as `Retry-After` says"),
    ))]
pub(crate) async fn login(
    State(app): State<AppState>,
    origin: Origin,
    request: Request,
) -> Result<Response, ApiError> {
    let LoginBody { email, password, totp_code } = body::json(&app, request).await?;
    let now = app.clock.now();
    let attempt = app.lockout.begin(&app.store, &email, &origin, now).await?;
    let user = app.store.find_user_by_email(&email).await?;
    let proved = prove(&app, user, password).await;
    let (attempt, user) = attempt.judge(&app.store, proved).await?;
    match second_factor::check(&app, user.id, totp_code.as_deref(), now).await? {
        SecondFactor::NotNeeded | SecondFactor::Right => attempt.succeeded(&app.store).await?,
        SecondFactor::Missing => {
            attempt.taken_back(&app.store).await?;
            return Err(AuthError::TotpRequired.into());
        }
        SecondFactor::Wrong => return Err(AuthError::WrongTotpCode("/totp_code").into()),
    }
    begin_session(&app, &user, now).await
}

/// `user`, if the password is theirs and they may log in. A hash that was made under another cost
/// is renewed.
async fn prove(app: &App, user: Option<User>, password: String) -> Result<User, ApiError> {
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let verified = app.passwords.verify(password.clone(), hash).await?;
    let user = user.filter(|user| verified.is_right() && user.is_active);
    let user = user.ok_or(ApiError::WrongCredentials)?;
    if verified == Verified::Outdated {
        let hash = app.passwords.hash(password, app.random.bytes()).await?;
        app.store.rehash_password(user.id, &user.password_hash, &hash).await?;
    }
    Ok(user)
}
