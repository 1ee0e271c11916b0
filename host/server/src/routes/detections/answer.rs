use crate::error::ApiError;
use pynomaly_store::{Detection, DetectionSummary, StoreError};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A detection: what was asked, what answered, and enough to compute it again bit for bit.
#[derive(Serialize, ToSchema)]
pub(crate) struct DetectionAnswer<'a> {
    detection_id: Uuid,
    /// The model that scored; null where the rows were judged among themselves.
    model_id: Option<Uuid>,
    detector_type: &'a str,
    detector_version: &'a str,
    /// What exactly computed the scores.
    detector_digest: &'a str,
    /// Parameters as used, defaults filled in.
    #[schema(value_type = Object)]
    parameters: &'a RawValue,
    /// Whether another detector has answered than was asked for, because that one fails too often;
    /// `pipeline.instead_of` names it.
    degraded: bool,
    /// What was done to the rows and the scores: the names of their `columns`, where there are any,
    /// what became of texts (`categories`), `scaling`, `missing`, the `cut` that the threshold
    /// came from, `suppress`, how the contributions were found, in `explained`, and who should have
    /// answered, in `instead_of`.
    #[schema(value_type = Object)]
    pipeline: &'a RawValue,
    /// Source of all randomness. Drawn if not given, below 2^53 then.
    seed: u64,
    /// Digest of the rows.
    data_digest: &'a str,
    /// A row is an anomaly if its score is greater, unless it is suppressed.
    threshold: f64,
    /// One for each row, in order. Left out in lists.
    #[schema(value_type = Vec<RowResult<'a>>, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Results<'a>>,
    summary: Counts,
    /// Fuel burnt in the sandbox; null for native detectors, which are not metered.
    fuel_used: Option<u64>,
    /// Whether the rows are kept too.
    has_data: bool,
    /// Time spent in the detector, in milliseconds.
    duration_ms: f64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// The size of a detection.
#[derive(Serialize, ToSchema)]
pub(crate) struct Counts {
    rows: u64,
    /// As the detector sees them: a text's categories may be several.
    columns: u64,
    anomalies: u64,
}

/// The verdict on one row.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowResult<'a> {
    /// The row, counted from 0.
    index: usize,
    /// Higher = more anomalous.
    score: f64,
    /// Whether the score is greater than the threshold, and the row not suppressed.
    is_anomaly: bool,
    /// Whether the row deviates too little to be an anomaly; only where `suppress` was asked for.
    #[schema(required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    is_suppressed: Option<bool>,
    /// How much each column, in the order of `pipeline.columns`, raised (positive) or lowered (negative) the score, against that of an
    /// unremarkable row; only where `explain` was asked for.
    #[schema(value_type = Vec<f64>, required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    contributions: Option<&'a [f64]>,
}

/// [`RowResult`]s, written straight from the scores.
pub(crate) struct Results<'a> {
    detection: &'a Detection,
}

impl<'a> DetectionAnswer<'a> {
    /// Everything but the results.
    pub(crate) fn without_results(summary: &'a DetectionSummary) -> Result<Self, ApiError> {
        let parameters = raw("parameters", &summary.parameters)?;
        let pipeline = raw("pipeline", &summary.pipeline)?;
        let &DetectionSummary { rows, columns, anomalies, .. } = summary;
        Ok(Self {
            detection_id: summary.id,
            model_id: summary.model_id,
            detector_type: &summary.detector_type,
            detector_version: &summary.detector_version,
            detector_digest: &summary.detector_digest,
            parameters,
            degraded: is_degraded(pipeline)?,
            pipeline,
            seed: summary.seed,
            data_digest: &summary.data_digest,
            threshold: summary.threshold,
            results: None,
            summary: Counts { rows, columns, anomalies },
            fuel_used: summary.fuel_used,
            has_data: summary.has_data,
            duration_ms: summary.duration.as_secs_f64() * 1e3,
            created_at: summary.created_at,
        })
    }

    /// Everything.
    pub(crate) fn new(detection: &'a Detection) -> Result<Self, ApiError> {
        let results = Some(Results { detection });
        Ok(Self { results, ..Self::without_results(&detection.summary)? })
    }
}

fn is_degraded(pipeline: &RawValue) -> Result<bool, StoreError> {
    #[derive(serde::Deserialize)]
    struct Record {
        instead_of: Option<serde::de::IgnoredAny>,
    }
    let record: Result<Record, _> = serde_json::from_str(pipeline.get());
    record.map(|record| record.instead_of.is_some()).map_err(|error| {
        let reason = format!("its pipeline is no object: {error}");
        StoreError::Inconsistent { noun: "detection", reason }
    })
}

/// A column that holds JSON, as it is.
fn raw<'a>(column: &str, json: &'a str) -> Result<&'a RawValue, StoreError> {
    serde_json::from_str(json).map_err(|error| {
        let reason = format!("its {column} are not JSON: {error}");
        StoreError::Inconsistent { noun: "detection", reason }
    })
}

/// Contributions of a row: one for each column, before texts became several.
fn width(contributions: &[f64], rows: usize) -> usize {
    contributions.len().checked_div(rows).unwrap_or(0).max(1)
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Detection { summary, scores, details } = self.detection;
        let contributions = details.contributions.as_deref();
        let mut contributions = contributions.map(|all| all.chunks(width(all, scores.len())));
        let mut results = serializer.serialize_seq(Some(scores.len()))?;
        for (index, &score) in scores.iter().enumerate() {
            let suppressed = details.suppressed.as_ref().and_then(|all| all.get(index));
            let is_suppressed = suppressed.copied();
            let is_anomaly = score > summary.threshold && is_suppressed != Some(true);
            let contributions = contributions.as_mut().and_then(Iterator::next);
            let result = RowResult { index, score, is_anomaly, is_suppressed, contributions };
            results.serialize_element(&result)?;
        }
        results.end()
    }
}
