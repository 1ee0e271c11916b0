use super::UserAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Accounts of the caller's organisation, newest first.
#[utoipa::path(get, path = "/api/v1/admin/users", tag = "admins", security(("bearer" = []), ("api_key" = [])),
    params(PageQuery), responses((status = 200, body = List<UserAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageUsers)?;
    let users = app.store.list_users(caller.tenant_id, page.before, page.limit).await?;
    json(StatusCode::OK, &List::from_page(users, |user| UserAnswer::from(&user)))
}
