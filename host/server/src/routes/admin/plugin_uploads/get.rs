use super::PluginUploadAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// How far an upload is that was sent with `Prefer: respond-async`.
#[utoipa::path(get, path = "/api/v1/admin/plugin-uploads/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = String, Path)),
    responses(
        (status = 200, body = PluginUploadAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let upload = app.store.get_plugin_upload(id("upload", &text)?).await?;
    let upload = upload.ok_or(ApiError::NotFound("upload"))?;
    json(StatusCode::OK, &PluginUploadAnswer::of(&app, upload)?)
}
