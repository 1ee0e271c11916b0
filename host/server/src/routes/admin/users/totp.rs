use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// Removes the second factor of a user who lost the device. The password alone logs in then; make
/// sure that it is the user who asks.
#[utoipa::path(delete, path = "/api/v1/admin/users/{id}/totp", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn remove(
    State(app): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let id = id("user", &user)?;
    if id == caller.user_id {
        // Whoever found an admin's session is not to lower its guard.
        return Err(ApiError::invalid("", "this is your own account; use /api/v1/auth/totp"));
    }
    let audit = caller.actor(app.clock.now()).done(&app.random, "totp.remove", &id.to_string());
    if !app.store.remove_totp(caller.tenant_id, id, &audit).await? {
        return Err(ApiError::NotFound("second factor"));
    }
    Ok(StatusCode::NO_CONTENT)
}
