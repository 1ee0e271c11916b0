use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Deletes a key. What it has signed stays as it is.
#[utoipa::path(delete, path = "/api/v1/admin/plugin-keys/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let audit = caller.actor(app.clock.now()).done(&app.random, "plugin_key.delete", &id);
    if !app.store.delete_trusted_key(&id, &audit).await? {
        return Err(ApiError::NotFound("key"));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
