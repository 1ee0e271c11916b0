//! What detectors there are.

mod card;

pub(crate) use card::DetectorCard;

use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::List;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_engine::DetectError;

/// Every detector, by name.
#[utoipa::path(get, path = "/api/v1/detectors", tag = "clients", security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<DetectorCard>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let items = app.engine.catalog().iter().map(|served| DetectorCard::of(served)).collect();
    json(StatusCode::OK, &List { items, next_cursor: None })
}

/// One detector, or one version of it: `knn@1.2.0`, `knn@sha256:…`.
#[utoipa::path(get, path = "/api/v1/detectors/{detector_type}", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("detector_type" = String, Path)),
    responses(
        (status = 200, body = DetectorCard),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(detector_type): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::Read)?;
    let served = app.engine.get(&detector_type).map_err(|error| match error {
        DetectError::UnknownDetector { .. } => ApiError::NotFound("detector"),
        other => other.into(),
    })?;
    json(StatusCode::OK, &DetectorCard::of(&served))
}
