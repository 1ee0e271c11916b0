use crate::accounts::AccountError;
use crate::auth::{AuthError, Caller, Permission, check_password};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The password there is, and the one there is to be.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"old_password": "the one before", "password": "the one from now on"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePasswordBody {
    old_password: String,
    /// 8 to 1,024 bytes, and not a common one.
    password: String,
}

/// Changes one's own password. Every other session of the user ends, at once; API keys stay.
#[utoipa::path(post, path = "/api/v1/auth/password", tag = "accounts", security(("bearer" = [])),
    request_body = ChangePasswordBody,
    responses(
        (status = 204),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn change(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Read)?;
    let session_id = caller.session()?;
    let ChangePasswordBody { old_password, password } = body::json(&app, request).await?;
    check_password(&password).map_err(AccountError::from)?;
    let now = app.clock.now();
    let user = app.store.find_user(caller.user_id).await?.ok_or(ApiError::Unauthenticated)?;
    let attempt = app.lockout.begin(&app.store, &user.email, &caller.origin, now).await?;
    let old = user.password_hash;
    let verified = app.passwords.verify(old_password, Some(old.clone())).await;
    let (attempt, verified) = attempt.judge(&app.store, verified).await?;
    if !verified.is_right() {
        return Err(AuthError::WrongPassword("/old_password").into());
    }
    attempt.succeeded(&app.store).await?;
    let new = app.passwords.hash(password, app.random.bytes()).await?;
    let audit = caller.actor(now).done(&app.random, "user.password", &user.id.to_string());
    let changed = app.store.change_password(user.id, (&old, &new), Some(session_id), &audit).await;
    app.forget_user(user.id);
    if !changed? {
        return Err(ApiError::Changed("password"));
    }
    Ok(StatusCode::NO_CONTENT)
}
