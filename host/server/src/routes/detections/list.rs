use super::DetectionAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, PageQuery, PageRequest};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// Detections without their results, newest first. Only admins see other people's.
#[utoipa::path(get, path = "/api/v1/detections", tag = "clients", security(("bearer" = [])),
    params(PageQuery), responses((status = 200, body = List<DetectionAnswer<'_>>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    page: PageRequest,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let page = app.store.list_detections(caller.reads_only(), page.before, page.limit).await?;
    let items = page.items.iter().map(DetectionAnswer::without_results);
    let items = items.collect::<Result<Vec<_>, _>>()?;
    json(StatusCode::OK, &List { items, next_cursor: page.next })
}
