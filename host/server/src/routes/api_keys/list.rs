use super::KeyAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Keys that are not revoked, newest first: one's own; for an admin, the organisation's.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "accounts", params(PageQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<KeyAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageKeys)?;
    let keys = app.store.list_api_keys(caller.changes(), page.before, page.limit).await?;
    json(StatusCode::OK, &List::from_page(keys, |key| KeyAnswer::from(&key)))
}
