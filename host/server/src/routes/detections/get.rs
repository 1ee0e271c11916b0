use super::DetectionAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// One detection with its results. An analyst sees their own; a viewer and an admin see
/// their organisation's.
#[utoipa::path(get, path = "/api/v1/detections/{id}", tag = "clients", 
    security(("bearer" = []), ("api_key" = [])),
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = DetectionAnswer<'_>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(detection): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let id = id("detection", &detection)?;
    let detection = app.store.get_detection(id, caller.reads()).await?;
    let detection = detection.ok_or(ApiError::NotFound("detection"))?;
    json(StatusCode::OK, &DetectionAnswer::new(&detection)?)
}
