use super::ModelAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// One model of the caller's organisation.
#[utoipa::path(get, path = "/api/v1/models/{id}", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = ModelAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(model): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let id = id("model", &model)?;
    let model = app.store.get_model(caller.tenant(), id).await?;
    let model = model.ok_or(ApiError::NotFound("model"))?;
    json(StatusCode::OK, &ModelAnswer::try_from(&model)?)
}
