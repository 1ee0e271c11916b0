use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// Counters for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "anyone", responses(
    (status = 200, body = String, content_type = "text/plain; version=0.0.4"),
))]
pub(crate) async fn metrics(State(app): State<AppState>) -> Result<Response, ApiError> {
    if !app.metrics_enabled {
        return Err(ApiError::RouteUnknown);
    }
    let text = app.metrics.text(&app).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, prometheus::TEXT_FORMAT)], text).into_response())
}
