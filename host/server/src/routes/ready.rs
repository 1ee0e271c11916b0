use crate::answer::json;
use crate::error::ApiError;
use crate::problem::{Fault, Problem};
use crate::state::{App, AppState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The server can do its work.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Always `ready`.
    status: &'static str,
    /// Detectors that are served.
    detectors: usize,
    /// `connected`, or `lost`, without which the server does its work all the same; null without
    /// `REDIS_URL`.
    redis: Option<&'static str>,
}

/// Whether requests should be sent here: 503 names the parts that are not ready, `/database`,
/// `/catalog` or `/server` (which is stopping).
#[utoipa::path(get, path = "/ready", tag = "anyone", responses(
    (status = 200, body = Ready),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn ready(State(app): State<AppState>) -> Result<Response, ApiError> {
    let faults = faults(&app).await;
    if !faults.is_empty() {
        return Err(ApiError::NotReady(faults));
    }
    let detectors = app.engine.catalog().iter().len();
    json(StatusCode::OK, &Ready { status: "ready", detectors, redis: app.answers.redis() })
}

async fn faults(app: &App) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(error) = app.store.ping().await {
        tracing::warn!(%error, "the database is not ready");
        faults.push(Fault::new("/database", "the database does not answer"));
    }
    if let Err(reason) = app.plugins.state() {
        faults.push(Fault::new("/catalog", reason));
    }
    if app.stopping.is_cancelled() {
        faults.push(Fault::new("/server", "the server is stopping"));
    }
    faults
}
