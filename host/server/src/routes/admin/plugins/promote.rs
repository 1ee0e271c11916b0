use super::{CanaryBody, ChangeBody, PluginAnswer, ShadowBody};
use crate::answer::json;
use crate::audit::{Actor, changed};
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::plugins::{Change, Forced, PluginError, change, check_gate};
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
    /// For the state `shadow`; 10 percent if not given.
    shadow: Option<ShadowBody>,
    /// Has the version serve although the gate says no.
    force: Option<ForceBody>,
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
    /// Computes beside the active one, and nobody is told its answers.
    Shadow,
}

/// Why the gate is passed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForceBody {
    /// Why; for the audit log.
    #[schema(min_length = 1, max_length = 200, example = "fixes a fault that costs more")]
    reason: String,
}

/// Has a version serve, on this server when the call returns and on every other within a second.
/// It must be ready on all of them first, which the call waits for: no request ever waits for a
/// compilation, and none fails. Requests that run end with the version they began with.
///
/// Where another version is active, `PYNOMALY_GATE` says whether this one must first have been
/// compared with it in shadow; 409 `gate` names every limit that it does not keep.
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
    let PromoteBody { digest, version, revision, reason, state, canary, shadow, force } =
        body::json(&app, request).await?;
    let state = promoted(state, canary, shadow)?;
    let body = ChangeBody { digest, version, revision, reason };
    let catalog = app.store.list_plugins().await?;
    let digest = body.digest(&catalog, &name)?;
    let actor = caller.actor(app.clock.now());
    let forced = pass_gate(&app, &actor, &catalog, &digest, state, force).await?;
    let promote = Change {
        name: &name,
        digest: &digest,
        revision,
        state,
        reason: body.reason(&app)?,
        forced: forced.as_ref(),
        waits: true,
        action: "plugin.promote",
    };
    let catalog = change(&app, &actor, &promote).await?;
    answer(&catalog, &digest)
}

/// The state that is asked for.
fn promoted(
    state: Promoted,
    canary: Option<CanaryBody>,
    shadow: Option<ShadowBody>,
) -> Result<PluginState, ApiError> {
    match (state, canary, shadow) {
        (Promoted::Canary, Some(canary), None) => canary.check(),
        (Promoted::Active, None, None) => Ok(PluginState::Active),
        (Promoted::Shadow, None, shadow) => shadow.unwrap_or_default().check(),
        (Promoted::Shadow | Promoted::Active, Some(_), _) | (Promoted::Canary, None, _) => {
            Err(ApiError::invalid("/canary", "goes with the state `canary` alone"))
        }
        _ => Err(ApiError::invalid("/shadow", "goes with the state `shadow` alone")),
    }
}

/// Whether the version may serve; what is forced and why, where it is. A refusal is audited.
async fn pass_gate(
    app: &AppState,
    actor: &Actor,
    catalog: &PluginCatalog,
    digest: &str,
    state: PluginState,
    force: Option<ForceBody>,
) -> Result<Option<Forced>, ApiError> {
    let most = app.limits.name_bytes_max;
    let is_wrong = |force: &ForceBody| force.reason.is_empty() || force.reason.len() > most;
    if force.as_ref().is_some_and(is_wrong) {
        let message = format!("must have 1 to {most} bytes");
        return Err(ApiError::invalid("/force/reason", message));
    }
    let version = catalog.version(digest).ok_or(PluginError::Missing)?;
    let failed = check_gate(app, catalog, version, state).await?;
    match (failed.is_empty(), force) {
        (true, _) => Ok(None),
        (false, None) => {
            let refusal = PluginError::Gate(failed);
            let audit = actor.refused(&app.random, "plugin.promote", digest);
            let audit = changed(audit, None, Some(&refusal.to_string()));
            app.store.append_audit_log(&audit).await?;
            Err(refusal.into())
        }
        (false, Some(ForceBody { reason })) => {
            let failed = failed.iter().map(ToString::to_string).collect();
            Ok(Some(Forced { reason, failed }))
        }
    }
}

/// The version as it is now.
pub(super) fn answer(catalog: &PluginCatalog, digest: &str) -> Result<Response, ApiError> {
    let version = catalog.version(digest).ok_or(PluginError::Missing)?;
    json(StatusCode::OK, &PluginAnswer::of(catalog, version))
}
