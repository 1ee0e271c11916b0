use crate::answer::json;
use crate::error::ApiError;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// The process lives.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Of the server.
    version: &'static str,
}

/// The process lives; nothing else is asked.
#[utoipa::path(get, path = "/health", tag = "anyone", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Result<Response, ApiError> {
    json(StatusCode::OK, &Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
