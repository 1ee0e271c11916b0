use crate::answer::json_bytes;
use crate::docs_page;
use crate::openapi::openapi_json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// Nothing is loaded from anywhere and no script runs.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");

/// This description of the API.
#[utoipa::path(get, path = "/openapi.json", tag = "anyone", responses((status = 200, body = Object)))]
pub(crate) async fn openapi() -> Response {
    json_bytes(StatusCode::OK, openapi_json().into_bytes())
}

/// The description of the API for people.
#[utoipa::path(get, path = "/docs", tag = "anyone", responses(
    (status = 200, body = String, content_type = "text/html"),
))]
pub(crate) async fn page() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(docs_page::html())).into_response()
}
