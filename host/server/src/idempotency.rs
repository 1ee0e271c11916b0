//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that is sent again, say
//! because its answer was lost, has the answer of the first and no other effect.
//!
//! Answers are kept for a day, by caller and key; those with a secret in them, or larger than
//! [`crate::Limits::idempotent_bytes_max`], only as the fact that there was one. Requests that were
//! refused had no effect: their key is free again.

use crate::auth::Caller;
use crate::body;
use crate::error::ApiError;
use crate::state::{App, AppState};
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use pynomaly_store::Begun;
use sha2::{Digest, Sha256};
use time::Duration;
use uuid::Uuid;

const HEADER: &str = "idempotency-key";
/// Says that an answer is the one of an earlier request.
const REPLAYED: &str = "idempotent-replayed";
/// Characters of a key.
const KEY_MAX: usize = 255;
/// How long answers are kept.
pub(crate) const KEPT_FOR: Duration = Duration::days(1);

/// The middleware of routes that create. Without the header it does nothing.
pub(crate) async fn idempotent(
    State(app): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    // In a box, because it is large and seldom wanted.
    Box::pin(run(&app, request, next)).await.unwrap_or_else(IntoResponse::into_response)
}

async fn run(app: &AppState, request: Request, next: Next) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, app).await?;
    let key = key(&parts.headers)?;
    let body = body::read(app, &parts.headers, body).await?;
    let digest = digest(&parts, body.as_slice());
    let now = app.clock.now();
    let patience = Duration::try_from(app.limits.request_time_max).unwrap_or(KEPT_FOR);
    let begun = app.store.begin_idempotent(caller.user_id, &key, &digest, now, now - patience);
    match begun.await? {
        Begun::New => {}
        Begun::Done { status, body } => return replayed(status, body),
        Begun::Running => return Err(ApiError::IdempotencyRunning),
        Begun::Other => return Err(ApiError::IdempotencyReused),
    }
    let request = Request::from_parts(parts, Body::from(body.into_bytes()));
    let response = next.run(request).await;
    keep(app, caller.user_id, &key, response).await
}

/// Keeps the answer under its key, or gives the key free.
async fn keep(
    app: &App,
    user_id: Uuid,
    key: &str,
    response: Response,
) -> Result<Response, ApiError> {
    let status = response.status();
    if !status.is_success() {
        app.store.abandon_idempotent(user_id, key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map_err(|error| ApiError::Internal(error.to_string()))?;
    let bytes = bytes.to_bytes();
    let is_secret = parts.headers.get(header::CACHE_CONTROL).is_some_and(|it| it == "no-store");
    let is_kept = !is_secret && bytes.len() <= app.limits.idempotent_bytes_max;
    let kept = is_kept.then_some(&bytes[..]);
    app.store.finish_idempotent(user_id, key, status.as_u16(), kept).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replayed(status: u16, body: Option<Vec<u8>>) -> Result<Response, ApiError> {
    let body = body.ok_or(ApiError::IdempotencyAnswerGone)?;
    let status = StatusCode::from_u16(status)
        .map_err(|error| ApiError::Internal(format!("{status} was kept: {error}")))?;
    let mut response = crate::answer::json_bytes(status, body);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).map(str::trim);
    let is_key = |key: &&str| !key.is_empty() && key.len() <= KEY_MAX;
    given.filter(is_key).map(str::to_owned).ok_or(ApiError::IdempotencyKey { limit: KEY_MAX })
}

/// Of everything that makes the request what it is; each part behind its length. The same bytes are
/// other rows where the type says so: `text/csv; header=absent`.
fn digest(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    let media_type =
        parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let [method, target] = [parts.method.as_str(), target].map(str::as_bytes);
    for part in [method, target, media_type, body] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
