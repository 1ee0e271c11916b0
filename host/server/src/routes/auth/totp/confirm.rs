use crate::auth::{AuthError, Caller, Permission, second_factor, totp};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmTotpBody {
    /// 6 digits.
    #[schema(example = "287082")]
    code: String,
}

/// Confirms the second factor with a first code: from now on every login with the password needs
/// one.
#[utoipa::path(post, path = "/api/v1/auth/totp/confirm", tag = "accounts",
    security(("bearer" = [])), request_body = ConfirmTotpBody,
    responses(
        (status = 204),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn confirm(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Read)?;
    caller.session()?;
    let ConfirmTotpBody { code } = body::json(&app, request).await?;
    let (id, now) = (caller.user_id, app.clock.now());
    let begun = app.store.find_totp(id).await?.ok_or(AuthError::TotpNotBegun)?;
    if begun.is_enabled {
        return Err(AuthError::TotpEnabled.into());
    }
    let secret = second_factor::decrypt(&app, id, &begun.secret)?;
    let step = totp::verify(&secret, &code, begun.last_step, now);
    let step = step.ok_or(AuthError::WrongTotpCode("/code"))?;
    let audit = caller.actor(now).done(&app.random, "totp.confirm", &id.to_string());
    if !app.store.confirm_totp(id, &begun.secret, step, &audit).await? {
        return Err(AuthError::TotpNotBegun.into());
    }
    Ok(StatusCode::NO_CONTENT)
}
