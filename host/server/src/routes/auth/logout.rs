use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;

/// Ends the session: its access and refresh tokens are worthless from now on. An API key has no
/// session: 401. It is revoked at `/api/v1/api-keys` instead.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "accounts", security(("bearer" = [])),
    responses((status = 204)))]
pub(crate) async fn logout(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Read)?;
    let session_id = caller.session_id.ok_or(ApiError::Unauthenticated)?;
    app.store.revoke_session(session_id, app.clock.now()).await?;
    app.sessions.forget(session_id);
    Ok(StatusCode::NO_CONTENT)
}
