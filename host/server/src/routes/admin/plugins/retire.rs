use super::promote::answer;
use super::{ChangeBody, PluginAnswer};
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::plugins::{Change, change};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use pynomaly_store::PluginState;

/// Has a version serve only who names it, and the models that it fitted. Where it was active,
/// nothing answers to the name any more. It also ends a quarantine.
#[utoipa::path(post, path = "/api/v1/admin/plugins/{name}/retire", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    request_body = ChangeBody,
    responses(
        (status = 200, body = PluginAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn retire(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let body: ChangeBody = body::json(&app, request).await?;
    withdraw(&app, &caller, &name, &body, PluginState::Retired, "plugin.retire").await
}

/// Takes a version out of service.
pub(super) async fn withdraw(
    app: &AppState,
    caller: &Caller,
    name: &str,
    body: &ChangeBody,
    state: PluginState,
    action: &'static str,
) -> Result<Response, ApiError> {
    let catalog = app.store.list_plugins().await?;
    let digest = body.digest(&catalog, name)?;
    let (revision, reason) = (body.revision, body.reason(app)?);
    let (forced, waits) = (None, false);
    let withdraw = Change { name, digest: &digest, revision, state, reason, forced, waits, action };
    let actor = caller.actor(app.clock.now());
    let catalog = change(app, &actor, &withdraw).await?;
    answer(&catalog, &digest)
}
