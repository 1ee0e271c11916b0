use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::plugins::{PluginError, apply};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// Deletes a version that serves nobody, for good. Its bytes stay for as long as a model needs
/// them.
#[utoipa::path(delete, path = "/api/v1/admin/plugins/{name}/{digest}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    params(("name" = String, Path), ("digest" = String, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn delete(
    State(app): State<AppState>,
    caller: Caller,
    Path((name, digest)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let catalog = app.store.list_plugins().await?;
    let version = catalog.version(&digest).filter(|version| version.name == name);
    version.ok_or(PluginError::Missing)?;
    let audit = caller.actor(app.clock.now()).done(&app.random, "plugin.delete", &digest);
    if !app.store.delete_plugin(&digest, &audit).await? {
        return Err(PluginError::InUse.into());
    }
    apply(&app).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
