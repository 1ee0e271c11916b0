use super::ModelAnswer;
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::names::check_name;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change of a model.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "north pumps", "if_name": "pumps"}))]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameBody {
    /// The new name, 1 to 200 bytes.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The name that the model is believed to have; where it has another, nothing is changed.
    if_name: Option<String>,
}

/// Gives a model another name. Its version stays: 409 `name_taken` where that name has this
/// version already, 409 `changed` where somebody renamed the model meanwhile. An analyst changes
/// their own models, an admin the organisation's.
#[utoipa::path(patch, path = "/api/v1/models/{id}", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    request_body = RenameBody,
    responses(
        (status = 200, body = ModelAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn rename(
    State(app): State<AppState>,
    caller: Caller,
    Path(model): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::Fit)?;
    let id = id("model", &model)?;
    let RenameBody { name, if_name } = body::json(&app, request).await?;
    let name = check_name(&app.limits, &name)?;
    let model = app.store.get_model(caller.changes(), id).await?;
    let mut model = model.ok_or(ApiError::NotFound("model"))?;
    let from = if_name.unwrap_or_else(|| model.name.clone());
    let audit = caller.actor(app.clock.now()).done(&app.random, "model.rename", &id.to_string());
    let audit = changed(audit, Some(&from), Some(&name));
    if !app.store.rename_model(caller.changes(), id, &from, &name, &audit).await? {
        return Err(ApiError::Changed("model"));
    }
    app.forget_model(id);
    model.name = name;
    json(StatusCode::OK, &ModelAnswer::try_from(&model)?)
}
