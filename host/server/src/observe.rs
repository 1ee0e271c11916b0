//! What happens around every request, in one place: its id, its time limit, its log line, its
//! metrics, the body of its error, and the rest of the body that it came with.

use crate::audit::Actor;
use crate::error::{ApiError, Failure, Refusal};
use crate::quota::{self, Standing};
use crate::request_id::{self, RequestId};
use crate::state::{App, AppState};
use crate::unread;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tracing::Instrument;

/// Paths that are asked all the time by machines that only want to know that they may.
const QUIET: [&str; 3] = ["/health", "/ready", "/metrics"];

/// The one middleware.
pub(crate) async fn observe(
    State(app): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers(), &app);
    request.extensions_mut().insert(id.clone());
    let standing = Standing::of(&mut request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", request_id = id.as_str());
    // Who asks first whether to send a body (RFC 9110, 10.1.1) is not sending one now.
    let is_sending = !request.headers().contains_key(header::EXPECT);
    let (head, body) = request.into_parts();
    let (body, unread) = unread::lend(body);
    let request = Request::from_parts(head, body);
    let mut response = answer(&app, request, next).instrument(span.clone()).await;
    if is_sending {
        unread.drain(&app.limits).await;
    }
    response.headers_mut().insert(request_id::HEADER, id.to_header());
    standing.tell(&mut response);
    let failure = take_failure(&mut response, &id);
    let cause = failure.as_deref().map(Failure::reason);

    let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
    let seconds = started.elapsed().as_secs_f64();
    count(&app, &method, route, &response, seconds);
    span.in_scope(|| log(&method, route, &response, seconds, cause));
    if let Some(refusal) = failure.and_then(|failure| failure.refusal) {
        // In a box, because it is large and seldom wanted.
        Box::pin(audit_refusal(&app, *refusal, &format!("{} {route}", known(&method)))).await;
    }
    response
}

/// The handler's answer, within the time limit; a panic is an error like any other.
async fn answer(app: &App, request: Request, next: Next) -> Response {
    let limit = app.limits.request_time_max;
    let handler = async {
        match quota::by_address(app, request.extensions()).await {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    };
    let handler = AssertUnwindSafe(handler).catch_unwind();
    match tokio::time::timeout(limit, handler).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => ApiError::Internal("the handler panicked".into()).into_response(),
        Err(_) => ApiError::Timeout { limit }.into_response(),
    }
}

/// Whoever asks for what they may not have is remembered.
async fn audit_refusal(app: &App, refusal: Refusal, subject: &str) {
    let Refusal { permission, tenant_id, user_id, origin } = refusal;
    let now = app.clock.now();
    let actor = Actor { tenant_id: Some(tenant_id), user_id: Some(user_id), origin, now };
    let entry = actor.refused(&app.random, &format!("permission.{permission}"), subject);
    if let Err(error) = app.store.append_audit_log(&entry).await {
        tracing::error!(%error, "a refusal is missing in the audit log");
    }
}

/// Gives an [`ApiError`] its body, now that the request id is known.
fn take_failure(response: &mut Response, id: &RequestId) -> Option<Box<Failure>> {
    let mut failure = response.extensions_mut().remove::<Box<Failure>>()?;
    failure.problem.request_id = id.as_str().to_owned();
    let body = serde_json::to_vec(&failure.problem).unwrap_or_default();
    let media_type = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    *response.body_mut() = Body::from(body);
    Some(failure)
}

fn count(app: &App, method: &Method, route: &str, response: &Response, seconds: f64) {
    let method = known(method);
    let status = response.status();
    app.metrics.requests.with_label_values(&[method, status.as_str(), route]).inc();
    app.metrics.durations.with_label_values(&[method, route]).observe(seconds);
}

fn log(method: &Method, route: &str, response: &Response, seconds: f64, cause: Option<&str>) {
    let (method, status) = (known(method), response.status().as_u16());
    let milliseconds = seconds * 1e3;
    if response.status().is_server_error() {
        tracing::error!(method, route, status, milliseconds, cause, "failed");
    } else if let Some(cause) = cause {
        tracing::info!(method, route, status, milliseconds, cause, "refused");
    } else if QUIET.contains(&route) {
        tracing::debug!(method, route, status, milliseconds, "answered");
    } else {
        tracing::info!(method, route, status, milliseconds, "answered");
    }
}

/// Clients can make up methods; metrics and logs do not follow them.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
