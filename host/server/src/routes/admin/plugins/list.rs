use super::PluginAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::List;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Every version of every plugin, of one name the newest first; then files of this server's plugin
/// folder, and its sources in registries, that were refused, with the reason.
#[utoipa::path(get, path = "/api/v1/admin/plugins", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<PluginAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let catalog = app.store.list_plugins().await?;
    let versions = catalog.versions.iter().map(|version| PluginAnswer::of(&catalog, version));
    let refused = app.plugins.refused().into_iter();
    let refused = refused.map(|(file, refused)| PluginAnswer::refused(file, refused));
    let items = versions.chain(refused).collect();
    json(StatusCode::OK, &List { items, next_cursor: None })
}
