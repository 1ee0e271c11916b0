use super::retire::withdraw;
use super::{ChangeBody, PluginAnswer};
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use pynomaly_store::PluginState;

/// Has a version serve nobody, nor the models that it fitted, until it is retired again. Where it
/// was active, nothing answers to the name any more: roll back first to have something.
#[utoipa::path(post, path = "/api/v1/admin/plugins/{name}/quarantine", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    request_body = ChangeBody,
    responses(
        (status = 200, body = PluginAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn quarantine(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let body: ChangeBody = body::json(&app, request).await?;
    withdraw(&app, &caller, &name, &body, PluginState::Quarantined, "plugin.quarantine").await
}
