use super::PluginUploadAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::StoreError;

/// Uploads that were sent with `Prefer: respond-async`, newest first; the last 100 are remembered.
#[utoipa::path(get, path = "/api/v1/admin/plugin-uploads", tag = "admins", params(PageQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<PluginUploadAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let page = app.store.list_plugin_uploads(page.before, page.limit).await?;
    let next_cursor = page.next.map(|next| next.to_string());
    let items = page.items.into_iter().map(|upload| PluginUploadAnswer::of(&app, upload));
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    json(StatusCode::OK, &List { items, next_cursor })
}
