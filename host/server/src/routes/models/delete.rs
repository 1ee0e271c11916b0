use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// Deletes a model with its state. Detections that it made stay, and cannot be replayed any more.
/// An analyst deletes their own models, an admin the organisation's.
#[utoipa::path(delete, path = "/api/v1/models/{id}", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    Path(model): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::Fit)?;
    let id = id("model", &model)?;
    let audit = caller.actor(app.clock.now()).done(&app.random, "model.delete", &id.to_string());
    if !app.store.delete_model(caller.changes(), id, &audit).await? {
        return Err(ApiError::NotFound("model"));
    }
    app.forget_model(id);
    app.models.forget(id);
    Ok(StatusCode::NO_CONTENT)
}
