//! `POST /api/v1/detect`: rows in, scores out.

mod parameter_value;
mod request;
mod rows;

pub(crate) use parameter_value::ParameterValue;
pub(crate) use request::{Asked, DetectBody, check_rows};
pub(crate) use rows::Rows;

use crate::answer::json_bytes;
use crate::auth::{Caller, Permission};
use crate::body::{self, JsonBytes};
use crate::error::ApiError;
use crate::job::{Job, Judged, to_json};
use crate::problem::Problem;
use crate::quota::check_fuel;
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

/// Judges rows among themselves: fits the detector on them, takes their scores and draws the
/// line. The answer is kept before it is given.
///
/// 422 names what is wrong with the request, an unknown detector too; 502 `plugin_trap` and
/// `plugin_contract` are faults of the plugin; 422 `plugin_limit_…` and 504 `plugin_limit_wall`
/// are bounds that it ran into; 503 `busy` asks to come back.
#[utoipa::path(post, path = "/api/v1/detect", tag = "clients", security(("bearer" = []), ("api_key" = [])),
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
    check_fuel(&app, &caller).await?;
    let body = body::receive(&app, request).await?;
    let Judged { detection, answer } = judge(Job::new(&app, &caller), body).await?;
    app.store.insert_detection(detection).await?;
    Ok(json_bytes(StatusCode::OK, answer))
}

/// Parses, computes and writes the answer: here if all of that is short, on a thread of its own
/// otherwise.
async fn judge(job: Job, body: JsonBytes) -> Result<Judged, ApiError> {
    if body.len() > job.app.limits.inline_bytes_max {
        return job.off_thread(move |job| run(job, &parse(job, &body)?)).await;
    }
    let asked = parse(&job, &body)?;
    let served = job.app.engine.get(&asked.request.detector_type);
    let has_parameters = !asked.request.parameters.is_empty();
    if served.is_ok_and(|it| job.is_short(&it, &asked.request.data, has_parameters)) {
        return run(&job, &asked);
    }
    job.off_thread(move |job| run(job, &asked)).await
}

fn parse(job: &Job, body: &JsonBytes) -> Result<Asked, ApiError> {
    body.parse::<DetectBody>()?.check(&job.app.limits, job.seed)
}

fn run(job: &Job, asked: &Asked) -> Result<Judged, ApiError> {
    let request = &asked.request;
    let found = job.app.engine.detect(request, &job.budget());
    job.count(&request.detector_type, &found, |found| found.fuel_used);
    let found = found?;
    let parameters = to_json(&found.parameters)?;
    job.judged(found, parameters, None, asked.keep_data.then_some(&request.data))
}
