use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// Deletes a call that failed and was kept.
#[utoipa::path(delete, path = "/api/v1/admin/captures/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageCaptures)?;
    let id = id("capture", &text)?;
    let actor = caller.actor(app.clock.now());
    let audit = actor.done(&app.random, "capture.delete", &id.to_string());
    if app.store.delete_capture(caller.tenant_id, id, &audit).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound("capture"))
    }
}
