use super::PluginAnswer;
use super::promote::answer;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::plugins::{Change, PluginError, change};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use pynomaly_store::PluginState;
use serde::Deserialize;
use utoipa::ToSchema;

/// What whoever rolls back has seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackBody {
    /// The revision of the name, from the list; 409 where somebody was faster.
    #[schema(example = 4)]
    revision: u64,
}

/// Has the version serve that was active before, as a promotion does. Rolling back again undoes it.
#[utoipa::path(post, path = "/api/v1/admin/plugins/{name}/rollback", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    request_body = RollbackBody,
    responses(
        (status = 200, body = PluginAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn rollback(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let RollbackBody { revision } = body::json(&app, request).await?;
    let catalog = app.store.list_plugins().await?;
    let known = catalog.name(&name).ok_or(ApiError::NotFound("plugin"))?;
    if known.revision != revision {
        return Err(PluginError::Stale { revision: known.revision }.into());
    }
    let previous = known.previous_digest.clone().ok_or(PluginError::NoPrevious)?;
    let back = Change {
        name: &name,
        digest: &previous,
        revision,
        state: PluginState::Active,
        reason: None,
        forced: None,
        waits: true,
        action: "plugin.rollback",
    };
    let actor = caller.actor(app.clock.now());
    let catalog = change(&app, &actor, &back).await?;
    answer(&catalog, &previous)
}
