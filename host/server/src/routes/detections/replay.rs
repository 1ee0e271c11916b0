use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::job::Job;
use crate::models;
use crate::pack::unpack_matrix;
use crate::page::id;
use crate::plugins::Call;
use crate::problem::Problem;
use crate::quota::check_fuel;
use crate::routes::detect::{Rows, check_rows, rows_schema};
use crate::state::{App, AppState};
use crate::table::{RowsBody, TableError, Wanted, receive_rows};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_core::Matrix;
use pynomaly_core::preprocessing::Features;
use pynomaly_engine::{
    Cut, DetectRequest, FittedPipeline, Pipeline, PipelineRecord, Served, data_digest,
};
use pynomaly_store::{Detection, DetectionSummary, StoreError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// The rows to judge again, where they were not kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayBody {
    /// The rows of the detection; may be left out where it has `has_data`.
    #[schema(schema_with = rows_schema, required = false)]
    data: Option<Rows>,
}

/// Whether a detection is what it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayAnswer {
    detection_id: Uuid,
    /// Every score has the same 64 bits as then.
    is_identical: bool,
    /// Rows whose score has other bits.
    different_rows: u64,
    /// The first of them.
    first_different_row: Option<u64>,
    /// What computed, then and now.
    detector_digest: String,
    /// Fuel burnt now; null for native detectors.
    fuel_used: Option<u64>,
}

/// Who computes the scores again.
enum Again {
    /// The detector, which fits and judges the rows themselves.
    Detector(Arc<Served>),
    /// The model that judged them then.
    Model(Arc<FittedPipeline>),
}

/// Computes a detection again with the same digest, parameters, seed and rows, and answers whether
/// all bits agree. 409 `detector_gone` where what computed it is not there any more.
#[utoipa::path(post, path = "/api/v1/detections/{id}/replay", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    request_body = ReplayBody,
    responses(
        (status = 200, body = ReplayAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn replay(
    State(app): State<AppState>,
    caller: Caller,
    Path(detection): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::Detect)?;
    check_fuel(&app, &caller).await?;
    let id = id("detection", &detection)?;
    let body = receive_rows(&app, request).await?;
    let detection = app.store.get_detection(id, caller.reads()).await?;
    let detection = detection.ok_or(ApiError::NotFound("detection"))?;
    let again = again(&app, &caller, &detection.summary).await?;
    let data = rows(&app, &detection.summary, &again, &body).await?;
    let job = Job::new(&app, &caller);
    let answer = job.off_thread(move |job| run(job, &again, &detection, data)).await?;
    json(StatusCode::OK, &answer)
}

/// The rows, given or kept, if they are those of the detection.
async fn rows(
    app: &App,
    summary: &DetectionSummary,
    again: &Again,
    body: &RowsBody,
) -> Result<Matrix, ApiError> {
    let data = match given(app, summary, again, body)? {
        Some(data) => data,
        None => {
            let kept = app.store.get_detection_data(summary.id).await?.ok_or_else(|| {
                ApiError::invalid("/data", "the rows were not kept; send them again")
            })?;
            unpack_matrix(&kept, summary.rows, summary.columns)?
        }
    };
    if data_digest(&data) != summary.data_digest {
        return Err(ApiError::invalid("/data", "these are not the rows of the detection"));
    }
    Ok(data)
}

/// The rows that are sent again, if any are; texts become numbers as they did then.
fn given(
    app: &App,
    summary: &DetectionSummary,
    again: &Again,
    body: &RowsBody,
) -> Result<Option<Matrix>, ApiError> {
    let ReplayBody { data } = body.asked()?;
    let encoding = record(summary)?.categories;
    let wanted = match (again, encoding) {
        (Again::Model(model), _) => Wanted::Like(model.features()),
        (Again::Detector(_), Some(_)) => Wanted::Either,
        (Again::Detector(_), None) => Wanted::Numbers,
    };
    let Some(table) = body.table(wanted, &app.limits)? else {
        return data.map(|rows| check_rows(rows, &app.limits)).transpose();
    };
    let matrix = match again {
        Again::Model(model) => model.features().transform(table),
        Again::Detector(_) => {
            Features::fit(&table, encoding).and_then(|features| features.transform(table))
        }
    };
    Ok(Some(matrix.map_err(TableError::from)?))
}

async fn again(
    app: &AppState,
    caller: &Caller,
    summary: &DetectionSummary,
) -> Result<Again, ApiError> {
    if let Some(model_id) = summary.model_id {
        let model = models::find(app, caller.tenant(), model_id).await?;
        let model = model.ok_or_else(|| ApiError::DetectorGone(format!("model {model_id}")))?;
        return Ok(Again::Model(models::warm(app, &model).await?));
    }
    let (digest, parameters) = (&summary.detector_digest, &summary.parameters);
    let served = models::pinned(app, digest, parameters, &record(summary)?).await?;
    Ok(Again::Detector(served))
}

fn run(
    job: &Job,
    again: &Again,
    detection: &Detection,
    data: Matrix,
) -> Result<ReplayAnswer, ApiError> {
    let summary = &detection.summary;
    let (scores, fuel_used) = match again {
        Again::Model(model) => {
            let call = Call::begin(&job.app, model.served(), &data)?;
            let scored = model.score(&data, &job.budget());
            call.end(&scored, |scored| scored.fuel_used);
            let scored = scored?;
            (scored.scores, scored.fuel_used)
        }
        Again::Detector(served) => {
            let call = Call::begin(&job.app, served, &data)?;
            let found = served.detect(&asked(summary, data)?, &job.budget());
            call.end(&found, |found| found.fuel_used);
            let found = found?;
            (found.scores, found.fuel_used)
        }
    };
    let pairs = scores.iter().zip(&detection.scores).zip(0..);
    let mut different = pairs.filter(|((now, then), _)| now.to_bits() != then.to_bits());
    let first_different_row = different.next().map(|(_, row)| row);
    let different_rows = different.count() as u64 + u64::from(first_different_row.is_some());
    Ok(ReplayAnswer {
        detection_id: summary.id,
        is_identical: different_rows == 0 && scores.len() == detection.scores.len(),
        different_rows,
        first_different_row,
        detector_digest: summary.detector_digest.clone(),
        fuel_used,
    })
}

/// What was done around the detector then.
fn record(summary: &DetectionSummary) -> Result<PipelineRecord, StoreError> {
    serde_json::from_str(&summary.pipeline).map_err(|error| StoreError::Inconsistent {
        noun: "detection",
        reason: format!("its pipeline is none: {error}"),
    })
}

/// What was asked then.
fn asked(summary: &DetectionSummary, data: Matrix) -> Result<DetectRequest, ApiError> {
    Ok(DetectRequest {
        data,
        detector_type: summary.detector_type.clone(),
        parameters: models::recorded_parameters("detection", &summary.parameters)?,
        pipeline: Pipeline {
            preprocessing: record(summary)?.preprocessing,
            // The threshold as it was: only the scores are in question.
            cut: Cut::Threshold(summary.threshold),
            ..Pipeline::default()
        },
        seed: summary.seed,
    })
}
