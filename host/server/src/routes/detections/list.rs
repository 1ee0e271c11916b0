use super::DetectionAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::{List, limit, moment, query};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use pynomaly_store::DetectionFilter;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which detections, and which part of the list of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DetectionQuery {
    /// Items wanted, 1 to 200; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the part before; the list begins with the newest.
    cursor: Option<Uuid>,
    /// Only those of this detector.
    detector_type: Option<String>,
    /// Only those that this model scored.
    model_id: Option<Uuid>,
    /// Not those before this moment (RFC 3339).
    #[param(format = DateTime)]
    since: Option<String>,
    /// Only those before this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// Only those with at least one anomaly.
    #[serde(default)]
    anomalies_only: bool,
}

/// Detections without their results, newest first. An analyst sees their own; a viewer and an
/// admin see their organisation's. What is made meanwhile does not shift the parts of the list.
#[utoipa::path(get, path = "/api/v1/detections", tag = "clients", params(DetectionQuery),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<DetectionAnswer<'_>>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
    uri: Uri,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let query: DetectionQuery = query(&uri)?;
    let limit = limit(&app, query.limit)?;
    let filter = DetectionFilter {
        since: moment("since", query.since.as_deref())?,
        until: moment("until", query.until.as_deref())?,
        detector_type: query.detector_type,
        model_id: query.model_id,
        anomalies_only: query.anomalies_only,
    };
    let page = app.store.list_detections(caller.reads(), &filter, query.cursor, limit).await?;
    let items = page.items.iter().map(DetectionAnswer::without_results);
    let items = items.collect::<Result<Vec<_>, _>>()?;
    json(StatusCode::OK, &List { items, next_cursor: page.next.map(|next| next.to_string()) })
}
