use crate::accounts::AccountError;
use crate::audit::{Actor, Origin};
use crate::auth::{AuthError, check_password, secret_token};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// The token that an admin asked for, and the password there is to be.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "kZ8…", "password": "the one from now on"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPasswordBody {
    token: String,
    /// 8 to 1,024 bytes, and not a common one.
    password: String,
}

/// Sets a new password with a token, once. Every session of the user ends, at once. It does not
/// log in: a second factor is still asked for.
#[utoipa::path(post, path = "/api/v1/auth/password-reset", tag = "accounts",
    request_body = ResetPasswordBody,
    responses(
        (status = 204),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn reset(
    State(app): State<AppState>,
    origin: Origin,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let ResetPasswordBody { token, password } = body::json(&app, request).await?;
    check_password(&password).map_err(AccountError::from)?;
    let now = app.clock.now();
    let token = secret_token::hash(&token);
    let user = app.store.find_password_reset(&token, now).await?;
    let user = user.ok_or(AuthError::WrongResetToken)?;
    let hash = app.passwords.hash(password, app.random.bytes()).await?;
    let actor = Actor { tenant_id: Some(user.tenant_id), user_id: Some(user.id), origin, now };
    let audit = actor.done(&app.random, "user.password_reset", &user.id.to_string());
    let redeemed = app.store.redeem_password_reset(&token, &hash, &audit).await;
    app.forget_user(user.id);
    if !redeemed? {
        return Err(AuthError::WrongResetToken.into());
    }
    // Whoever guessed at the old password has nothing left to guess at.
    app.lockout.forget(&app.store, &user.email).await?;
    Ok(StatusCode::NO_CONTENT)
}
