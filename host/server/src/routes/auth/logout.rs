use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;

/// Ends the session: its access and refresh tokens are worthless from now on.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "accounts", security(("bearer" = [])),
    responses((status = 204)))]
pub(crate) async fn logout(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Read)?;
    app.store.revoke_session(caller.session_id, app.clock.now()).await?;
    app.sessions.forget(caller.session_id);
    Ok(StatusCode::NO_CONTENT)
}
