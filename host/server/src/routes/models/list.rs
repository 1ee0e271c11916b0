use super::ModelAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, limit, query};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which models, and which part of the list of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelQuery {
    /// Items wanted, 1 to 200; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the part before; the list begins with the newest.
    cursor: Option<Uuid>,
    /// Only the versions of this name.
    name: Option<String>,
}

/// Models of the caller's organisation, newest first.
#[utoipa::path(get, path = "/api/v1/models", tag = "clients", params(ModelQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<ModelAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let ModelQuery { limit: wanted, cursor, name } = query(&uri)?;
    let limit = limit(&app, wanted)?;
    let page = app.store.list_models(caller.tenant(), name.as_deref(), cursor, limit).await?;
    let items = page.items.iter().map(ModelAnswer::try_from).collect::<Result<Vec<_>, _>>()?;
    json(StatusCode::OK, &List { items, next_cursor: page.next.map(|next| next.to_string()) })
}
