use super::CaptureAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Calls of plugins that failed in the caller's organisation and were kept, newest first; none unless
/// `PYNOMALY_CAPTURE` says so.
#[utoipa::path(get, path = "/api/v1/admin/captures", tag = "admins", params(PageQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<CaptureAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageCaptures)?;
    let (tenant_id, now) = (caller.tenant_id, app.clock.now());
    let page = app.store.list_captures(tenant_id, now, page.before, page.limit).await?;
    json(StatusCode::OK, &List::from_page(page, CaptureAnswer::from))
}
