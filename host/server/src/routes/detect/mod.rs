//! `POST /api/v1/detect`: rows in, scores out.

mod job;
mod parameter_value;
mod request;
mod rows;

pub(crate) use request::DetectBody;

use crate::answer::json_bytes;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use job::{Job, Judged};

/// Judges rows among themselves: fits the detector on them, takes their scores and draws the
/// line. The answer is kept before it is given.
///
/// 422 names what is wrong with the request, an unknown detector too; 502 `plugin_trap` and
/// `plugin_contract` are faults of the plugin; 422 `plugin_limit_…` and 504 `plugin_limit_wall`
/// are bounds that it ran into; 503 `busy` asks to come back.
#[utoipa::path(post, path = "/api/v1/detect", tag = "clients", security(("bearer" = [])),
    request_body = DetectBody,
    responses(
        (status = 200, body = DetectionAnswer<'_>),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
        (status = 504, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn detect(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::Detect)?;
    let body = body::receive(&app, request).await?;
    let Judged { detection, answer } = Job::new(&app, &caller).judge(body).await?;
    app.store.insert_detection(detection).await?;
    Ok(json_bytes(StatusCode::OK, answer))
}
