use crate::answer::{json, no_store};
use crate::auth::{AuthError, Caller, Permission, second_factor, totp};
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// A second factor that is still to be confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpAnswer {
    /// For typing into an authenticator app; base32. It cannot be shown again.
    secret: String,
    /// The same as an `otpauth://` address, for a QR code.
    otpauth_url: String,
}

/// Begins a second factor: one-time passwords of an authenticator app (RFC 6238). Logins need them
/// once `/api/v1/auth/totp/confirm` has had a first one.
#[utoipa::path(post, path = "/api/v1/auth/totp", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 201, body = TotpAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn begin(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    caller.session()?;
    let user = app.store.find_user(caller.user_id).await?.ok_or(ApiError::Unauthenticated)?;
    let secret = app.random.bytes::<{ totp::SECRET_BYTES }>();
    let kept = second_factor::encrypt(&app, user.id, &secret)?;
    let now = app.clock.now();
    let audit = caller.actor(now).done(&app.random, "totp.begin", &user.id.to_string());
    if !app.store.begin_totp(user.id, &kept, &audit).await? {
        return Err(AuthError::TotpEnabled.into());
    }
    let otpauth_url = totp::url(&secret, &user.email);
    let answer = TotpAnswer { secret: totp::base32(&secret), otpauth_url };
    Ok(no_store(json(StatusCode::CREATED, &answer)?))
}
