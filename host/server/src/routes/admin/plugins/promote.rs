use super::{CanaryBody, ChangeBody, PluginAnswer};
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::plugins::{Change, PluginError, change};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::{PluginCatalog, PluginState};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which version is to serve, and whom.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"version": "1.2.0", "revision": 3, "state": "canary",
    "canary": {"percent": 5, "sticky": "tenant"}}))]
#[serde(deny_unknown_fields)]
pub(crate) struct PromoteBody {
    /// `sha256:…`; this or `version`.
    digest: Option<String>,
    /// A version that one digest alone calls itself.
    version: Option<String>,
    /// The revision of the name, from the list; 409 where somebody was faster.
    revision: u64,
    /// Why; for the list and the audit log.
    #[schema(max_length = 200)]
    reason: Option<String>,
    /// `active` if not given.
    #[serde(default)]
    state: Promoted,
    /// For the state `canary`.
    canary: Option<CanaryBody>,
}

/// What a version is promoted to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Promoted {
    /// Serves its name; what did so before is retired.
    #[default]
    Active,
    /// Serves a share of those who ask for its name.
    Canary,
    /// Computes beside the active one.
    Shadow,
}

/// Has a version serve, on this server when the call returns and on every other within a second.
/// It must be ready on all of them first, which the call waits for: no request ever waits for a
/// compilation, and none fails. Requests that run end with the version they began with.
#[utoipa::path(post, path = "/api/v1/admin/plugins/{name}/promote", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    request_body = PromoteBody,
    responses(
        (status = 200, body = PluginAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn promote(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let PromoteBody { digest, version, revision, reason, state, canary } =
        body::json(&app, request).await?;
    let state = match (state, canary) {
        (Promoted::Canary, Some(canary)) => canary.check()?,
        (Promoted::Active, None) => PluginState::Active,
        (Promoted::Shadow, None) => PluginState::Shadow,
        _ => return Err(ApiError::invalid("/canary", "goes with the state `canary` alone")),
    };
    let body = ChangeBody { digest, version, revision, reason };
    let catalog = app.store.list_plugins().await?;
    let digest = body.digest(&catalog, &name)?;
    let promote = Change {
        name: &name,
        digest: &digest,
        revision,
        state,
        reason: body.reason(&app)?,
        waits: true,
        action: "plugin.promote",
    };
    let actor = caller.actor(app.clock.now());
    let catalog = change(&app, &actor, &promote).await?;
    answer(&catalog, &digest)
}

/// The version as it is now.
pub(super) fn answer(catalog: &PluginCatalog, digest: &str) -> Result<Response, ApiError> {
    let version = catalog.version(digest).ok_or(PluginError::Missing)?;
    json(StatusCode::OK, &PluginAnswer::of(catalog, version))
}
