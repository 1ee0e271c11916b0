use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::query;
use crate::plugins::{collect, find_garbage};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whether it is meant.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GarbageQuery {
    /// `false` to have it go; true if not given.
    dry_run: Option<bool>,
}

/// What goes, or would.
#[derive(Serialize, ToSchema)]
pub(crate) struct GarbageAnswer {
    /// Whether all of it is still there.
    dry_run: bool,
    /// Retired versions that no roll back goes to.
    versions: Vec<GarbageVersion>,
    /// Digests of components that neither a plugin nor a model needs.
    components: Vec<String>,
    /// Digests of compiled code, on this server, whose component is gone.
    compiled: Vec<String>,
    /// Bytes of that code.
    compiled_bytes: u64,
}

/// A version that goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct GarbageVersion {
    detector_type: String,
    version: String,
    digest: String,
}

/// Deletes what nobody needs any more; unless told otherwise only says what that is. Detections by
/// a version that is gone can be read, but not replayed.
#[utoipa::path(post, path = "/api/v1/admin/plugins/gc", tag = "admins", params(GarbageQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = GarbageAnswer)))]
pub(crate) async fn gc(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let GarbageQuery { dry_run } = query(request.uri())?;
    let dry_run = dry_run.unwrap_or(true);
    let garbage = find_garbage(&app).await?;
    if !dry_run {
        collect(&app, &caller.actor(app.clock.now()), &garbage).await?;
    }
    let versions = garbage.versions.into_iter().map(|version| GarbageVersion {
        detector_type: version.name,
        version: version.version,
        digest: version.digest,
    });
    let answer = GarbageAnswer {
        dry_run,
        versions: versions.collect(),
        components: garbage.components,
        compiled: garbage.compiled,
        compiled_bytes: garbage.compiled_bytes,
    };
    json(StatusCode::OK, &answer)
}
