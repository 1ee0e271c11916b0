use super::TenantAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Organisations, newest first: their names and quotas, nothing that they own.
#[utoipa::path(get, path = "/api/v1/admin/tenants", tag = "admins", params(PageQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<TenantAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageTenants)?;
    let tenants = app.store.list_tenants(page.before, page.limit).await?;
    json(StatusCode::OK, &List::from_page(tenants, |tenant| TenantAnswer::from(&tenant)))
}
