use super::TrustedKeyAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::List;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Every key that is or was trusted.
#[utoipa::path(get, path = "/api/v1/admin/plugin-keys", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<TrustedKeyAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let keys = app.store.list_trusted_keys().await?;
    let items = keys.iter().map(TrustedKeyAnswer::from).collect();
    json(StatusCode::OK, &List { items, next_cursor: None })
}
