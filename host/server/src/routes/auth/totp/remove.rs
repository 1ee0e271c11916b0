use crate::auth::second_factor::{self, SecondFactor};
use crate::auth::{AuthError, Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::{App, AppState};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use pynomaly_store::User;
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// One of the two proves that it is the user, and not whoever found their session.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "287082"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct RemoveTotpBody {
    password: Option<String>,
    /// A code of the app.
    code: Option<String>,
}

enum Proof {
    Password(String),
    Code(String),
}

/// Removes one's second factor, with the password or a code.
#[utoipa::path(delete, path = "/api/v1/auth/totp", tag = "accounts", security(("bearer" = [])),
    request_body = RemoveTotpBody,
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Read)?;
    caller.session()?;
    let RemoveTotpBody { password, code } = body::json(&app, request).await?;
    let proof = match (password, code) {
        (Some(password), _) => Proof::Password(password),
        (None, Some(code)) => Proof::Code(code),
        (None, None) => return Err(ApiError::invalid("", "needs `password` or `code`")),
    };
    let (id, now) = (caller.user_id, app.clock.now());
    let user = app.store.find_user(id).await?.ok_or(ApiError::Unauthenticated)?;
    let attempt = app.lockout.begin(&app.store, &user.email, &caller.origin, now).await?;
    let proved = match proof {
        Proof::Password(password) => by_password(&app, user, password).await,
        Proof::Code(code) => by_code(&app, id, &code, now).await,
    };
    let (attempt, ()) = attempt.judge(&app.store, proved).await?;
    attempt.succeeded(&app.store).await?;
    let audit = caller.actor(now).done(&app.random, "totp.remove", &id.to_string());
    if !app.store.remove_totp(caller.tenant_id, id, &audit).await? {
        return Err(ApiError::NotFound("second factor"));
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn by_password(app: &App, user: User, password: String) -> Result<(), ApiError> {
    let verified = app.passwords.verify(password, Some(user.password_hash)).await?;
    verified.is_right().then_some(()).ok_or(AuthError::WrongPassword("/password").into())
}

async fn by_code(app: &App, id: Uuid, code: &str, now: OffsetDateTime) -> Result<(), ApiError> {
    let factor = second_factor::check(app, id, Some(code), now).await?;
    let is_right = factor == SecondFactor::Right;
    is_right.then_some(()).ok_or(AuthError::WrongTotpCode("/code").into())
}
