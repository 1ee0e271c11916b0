use crate::answer::json_bytes;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::job::{Job, Judged, Recorded, pipeline_json};
use crate::models::{self, recorded_parameters};
use crate::page::id;
use crate::plugins::{Broken, Call, Captured, capture};
use crate::problem::Problem;
use crate::quota::check_fuel;
use crate::routes::detect::{Rows, columns_schema, read_rows, rows_schema, suppress_schema};
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use crate::table::{RowsBody, TableError, Wanted, receive_rows};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_core::suppression::Suppression;
use pynomaly_core::{Matrix, Parameters};
use pynomaly_engine::{
    Budget, Bundle, CallError, Cut, DetectError, Detection, FittedPipeline, Judgement, Judging,
    LimitKind, PipelineRecord, data_digest,
};
use pynomaly_store::ModelSummary;
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::ToSchema;

/// Rows to judge by a model.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScoreBody {
    /// Rows of numbers, with as many columns as the training rows had.
    #[schema(schema_with = rows_schema)]
    data: Rows,
    #[schema(schema_with = columns_schema, required = false)]
    columns: Option<Vec<String>>,
    /// The score above which a row is an anomaly; the model's own if not given.
    threshold: Option<f64>,
    /// Deviations too small to be anomalies; the model's own if not given.
    #[schema(schema_with = suppress_schema, required = false)]
    suppress: Option<Suppression>,
    /// Whether each result has the contributions of the columns to its score; false if not given.
    /// At most 262,144 values are explained at a time.
    #[serde(default)]
    explain: bool,
    /// Whether the rows are kept with the detection; false if not given.
    #[serde(default)]
    keep_data: bool,
}

/// What is asked of a model.
struct Asked {
    data: Matrix,
    judging: Judging,
    /// Where the threshold came from.
    cut: Option<Cut>,
    keep_data: bool,
}

/// Judges rows by a model, each against the training rows alone. The answer is kept before it is
/// given.
#[utoipa::path(post, path = "/api/v1/models/{id}/score", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    request_body = ScoreBody,
    responses(
        (status = 200, body = DetectionAnswer<'_>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
        (status = 504, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn score(
    State(app): State<AppState>,
    caller: Caller,
    Path(model): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::Detect)?;
    check_fuel(&app, &caller).await?;
    let id = id("model", &model)?;
    let body = receive_rows(&app, request).await?;
    let summary = models::find(&app, caller.tenant(), id).await?;
    let summary = summary.ok_or(ApiError::NotFound("model"))?;
    let model = models::warm(&app, &summary).await?;
    let Judged { detection, answer } = judge(Job::new(&app, &caller), summary, model, body).await?;
    app.store.insert_detection(detection).await?;
    Ok(json_bytes(StatusCode::OK, answer))
}

/// Here if it is short, on a thread of its own otherwise.
async fn judge(
    job: Job,
    summary: Arc<ModelSummary>,
    model: Arc<FittedPipeline>,
    body: RowsBody,
) -> Result<Judged, ApiError> {
    if !body.is_short(&job.app.limits) {
        let work =
            move |job: &Job| run(job, &summary, &model, &parse(job, &summary, &model, &body)?);
        return Box::pin(job.off_thread(work)).await;
    }
    let asked = parse(&job, &summary, &model, &body)?;
    if job.is_small(&asked.data)
        && !job.app.models.is_slow(summary.id)
        && let Some(judged) = try_here(&job, &summary, &model, &asked)
    {
        return judged;
    }
    Box::pin(run_apart(job, summary, asked)).await
}

/// On a thread of its own, after what was tried here.
async fn run_apart(job: Job, summary: Arc<ModelSummary>, asked: Asked) -> Result<Judged, ApiError> {
    // Its instance may be gone.
    let model = models::warm(&job.app, &summary).await?;
    job.off_thread(move |job| run(job, &summary, &model, &asked)).await
}

/// Without a thread of its own, and therefore with little fuel; `None` if that was not enough, or
/// if the model is busy.
fn try_here(
    job: &Job,
    summary: &ModelSummary,
    model: &FittedPipeline,
    asked: &Asked,
) -> Option<Result<Judged, ApiError>> {
    let budget = Budget { fuel: job.app.limits.inline_fuel_max, ..job.budget() };
    let started = Instant::now();
    let call = match Call::begin(&job.app, model.served(), &asked.data) {
        Ok(call) => call,
        Err(broken) => return Some(Err(refuse(job, summary, broken))),
    };
    let judged = model.try_judge(&asked.data, &asked.judging, &budget)?;
    if let Err(DetectError::Call(CallError::Limit(LimitKind::Fuel(_)))) = &judged {
        job.app.models.forget(summary.id);
        job.app.models.note_slow(summary.id);
        job.forgive();
        return None;
    }
    call.end(&judged, |judged| judged.fuel_used);
    Some(keep(job, summary, model, asked, judged, started.elapsed()))
}

fn parse(
    job: &Job,
    summary: &ModelSummary,
    model: &FittedPipeline,
    body: &RowsBody,
) -> Result<Asked, ApiError> {
    let ScoreBody { data, columns, threshold, suppress, explain, keep_data } = body.asked()?;
    let features = model.features();
    let rows = read_rows(body, Wanted::Like(features), (data, columns), &job.app.limits)?;
    let data = features.transform(rows).map_err(TableError::from)?;
    let record = model.record();
    let judging = Judging {
        threshold: threshold.unwrap_or(summary.threshold),
        suppression: suppress.unwrap_or_else(|| record.suppress.clone()),
        explain,
    };
    let cut = threshold.map_or(record.cut, |threshold| Some(Cut::Threshold(threshold)));
    Ok(Asked { data, judging, cut, keep_data })
}

fn run(
    job: &Job,
    summary: &ModelSummary,
    model: &FittedPipeline,
    asked: &Asked,
) -> Result<Judged, ApiError> {
    let call = Call::begin(&job.app, model.served(), &asked.data)
        .map_err(|broken| refuse(job, summary, broken))?;
    let started = Instant::now();
    let judged = model.judge(&asked.data, &asked.judging, &job.budget());
    call.end(&judged, |judged| judged.fuel_used);
    keep(job, summary, model, asked, judged, started.elapsed())
}

/// Nobody else can score by what it has learnt.
fn refuse(job: &Job, summary: &ModelSummary, broken: Broken) -> ApiError {
    job.count_broken(&summary.detector_type);
    broken.into()
}

fn keep(
    job: &Job,
    summary: &ModelSummary,
    model: &FittedPipeline,
    asked: &Asked,
    judged: Result<Judgement, DetectError>,
    detector_time: Duration,
) -> Result<Judged, ApiError> {
    job.count(&summary.detector_type, &judged);
    keep_failed(job, summary, model, asked, judged.as_ref().err());
    if let Err(DetectError::Call(error)) = &judged
        && !matches!(error, CallError::Busy { .. })
    {
        // Its instance is gone; the next request gets another.
        job.app.models.forget(summary.id);
    }
    let judged = judged?;
    let pipeline = pipeline(summary, model, asked, &judged)?;
    let recorded = Recorded { parameters: summary.parameters.clone(), pipeline };
    let found = found(summary, asked, judged, detector_time);
    job.judged(found, recorded, Some(summary.id), asked.keep_data.then_some(&asked.data))
}

/// For the plugin's author, where that is wanted.
fn keep_failed(
    job: &Job,
    summary: &ModelSummary,
    model: &FittedPipeline,
    asked: &Asked,
    error: Option<&DetectError>,
) {
    let Some(error) = error.filter(|error| error.is_fault()) else { return };
    let (tenant_id, served) = (job.tenant_id, &**model.served());
    // What was recorded is read again: it was written by this program.
    let Ok(parameters) = recorded_parameters("model", &summary.parameters) else { return };
    let called = Captured { tenant_id, served, data: &asked.data, model: Some(summary) };
    capture(&job.app, called, Some(error), |limits, error| {
        Bundle::of_score(model, parameters, (&asked.data, &asked.judging), limits, error)
    });
}

/// What was done around the detector: mostly what the model says, word for word.
fn pipeline(
    summary: &ModelSummary,
    model: &FittedPipeline,
    asked: &Asked,
    judged: &Judgement,
) -> Result<String, ApiError> {
    let record = model.record();
    let (cut, suppress) = (asked.cut, &asked.judging.suppression);
    let explained = judged.contributions.as_ref().map(|contributions| contributions.method);
    if (cut, suppress, explained) == (record.cut, &record.suppress, record.explained) {
        return Ok(summary.pipeline.clone());
    }
    let suppress = suppress.clone();
    pipeline_json(&PipelineRecord { cut, suppress, explained, ..record.clone() })
}

/// Parameters and pipeline are recorded as text.
fn found(
    summary: &ModelSummary,
    asked: &Asked,
    judged: Judgement,
    detector_time: Duration,
) -> Detection {
    let threshold = &asked.judging.threshold;
    Detection {
        detector_type: summary.detector_type.clone(),
        detector_version: summary.detector_version.clone(),
        detector_digest: summary.detector_digest.clone(),
        parameters: Parameters::default(),
        pipeline: PipelineRecord::default(),
        seed: summary.seed,
        data_digest: data_digest(&asked.data),
        columns: asked.data.columns(),
        anomalies: judged.count_anomalies(*threshold),
        scores: judged.scores,
        threshold: *threshold,
        suppressed: judged.suppressed,
        contributions: judged.contributions,
        fuel_used: judged.fuel_used,
        detector_time,
    }
}
