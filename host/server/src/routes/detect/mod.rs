//! `POST /api/v1/detect`: rows in, scores out.

mod answering;
mod parameter_value;
mod pipeline_body;
mod request;
mod rows;

pub(crate) use parameter_value::ParameterValue;
pub(crate) use pipeline_body::{
    Categories, ThresholdBody, categories_schema, columns_schema, missing_schema, scaling_schema,
    suppress_schema, threshold_schema,
};
pub(crate) use request::{Asked, DetectBody, check_rows, read_rows};
pub(crate) use rows::{Rows, rows_schema};

use crate::answer::json_bytes;
use crate::auth::{Caller, Permission};
use crate::cache::{Answers, Cached, Entry, Freshness, Key};
use crate::error::ApiError;
use crate::job::{Job, Judged, Recorded, pipeline_json, to_json};
use crate::problem::Problem;
use crate::quota::check_fuel;
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use crate::table::{RowsBody, receive_rows};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_engine::Served;
use std::sync::Arc;
use time::OffsetDateTime;

/// Judges rows among themselves: fits the detector on them, takes their scores and draws the
/// line. The answer is kept before it is given.
///
/// 422 names what is wrong with the request, an unknown detector too; 502 `plugin_trap` and
/// `plugin_contract` are faults of the plugin; 422 `plugin_limit_…` and 504 `plugin_limit_wall`
/// are bounds that it ran into; 503 `busy` asks to come back, and so does 503 `plugin_broken`: the
/// plugin failed too often of late. Where an admin has said who answers in its stead, that one does,
/// `degraded` is true, and `pipeline.instead_of` names who should have.
///
/// With a `seed` the same call has the same answer, which is kept for a while: asked again, it is
/// a new detection with the scores, the time and the fuel of the first, and an `Age`; the fuel is
/// not charged again. Answers with reasons or suppressed rows are not kept. `Cache-Control: no-cache` has it computed anew, `no-store` not kept.
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
    let freshness = Freshness::of(request.headers());
    let body = receive_rows(&app, request).await?;
    let (judged, cached) = judge(Job::new(&app, &caller), body, freshness).await?;
    app.store.insert_detection(judged.detection).await?;
    let response = json_bytes(StatusCode::OK, judged.answer);
    Ok(cached.tell(response, app.answers.age_max()))
}

/// Parses, computes and writes the answer: here if all of that is short, on a thread of its own
/// otherwise.
async fn judge(
    job: Job,
    body: RowsBody,
    freshness: Freshness,
) -> Result<(Judged, Cached), ApiError> {
    if !body.is_short(&job.app.limits) {
        return job
            .off_thread(move |job| run(job, &parse(job, &body)?, freshness, Answers::find))
            .await;
    }
    let asked = parse(&job, &body)?;
    let served = job.app.engine.serving(&asked.request);
    let takes_long = !asked.request.parameters.is_empty() || asked.request.pipeline.explain;
    if served.is_ok_and(|it| job.is_short(&it, &asked.request.data, takes_long)) {
        return run(&job, &asked, freshness, Answers::find_here);
    }
    job.off_thread(move |job| run(job, &asked, freshness, Answers::find)).await
}

fn parse(job: &Job, body: &RowsBody) -> Result<Asked, ApiError> {
    let mut asked = body.asked::<DetectBody>()?.check(body, &job.app.limits, job.seed)?;
    // Not shared yet: nothing is copied.
    job.choose_version(Arc::make_mut(&mut asked.request));
    Ok(asked)
}

/// From what is kept, or by computing. `find` looks in memory alone or also in Redis, which blocks.
fn run(
    job: &Job,
    asked: &Asked,
    freshness: Freshness,
    find: fn(&Answers, Key, OffsetDateTime) -> Option<Arc<Entry>>,
) -> Result<(Judged, Cached), ApiError> {
    let (request, answers) = (&asked.request, &job.app.answers);
    let data = asked.keep_data.then_some(&request.data);
    let key = key(job, asked);
    if let Some((key, _)) = &key
        && let Some(entry) = find(answers, *key, job.created_at)
        && freshness.permits(entry.age(job.created_at))
    {
        job.count_hit(&request.detector_type);
        let (found, parameters) = entry.found();
        let recorded = Recorded { parameters, pipeline: pipeline_json(&found.pipeline)? };
        let cached = Cached::Hit(entry.age(job.created_at));
        return Ok((job.judged(found, recorded, None, data)?, cached));
    }
    let found = answering::answer(job, asked)?;
    let parameters = to_json(&found.parameters)?;
    let mut cached = Cached::No;
    if let Some((key, served)) = key
        && freshness.may_keep
        && served.digest() == found.detector_digest
        && Entry::is_small(&found)
    {
        answers.keep(key, Entry::new(&found, parameters.clone(), job.created_at));
        cached = Cached::Kept;
    }
    let recorded = Recorded { parameters, pipeline: pipeline_json(&found.pipeline)? };
    Ok((job.judged(found, recorded, None, data)?, cached))
}

/// Under what the answer is kept, and the detector that this names; `None` for one that is not to
/// be kept.
fn key(job: &Job, asked: &Asked) -> Option<(Key, Arc<Served>)> {
    if !asked.is_seeded || !job.app.answers.is_enabled() {
        return None;
    }
    let served = job.app.engine.serving(&asked.request).ok()?;
    Some((Key::of(job.tenant_id, served.digest(), &asked.request), served))
}
