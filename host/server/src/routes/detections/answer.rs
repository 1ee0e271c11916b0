use crate::error::ApiError;
use pynomaly_store::{DetectionSummary, StoreError};
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
    /// Source of all randomness. Drawn if not given, below 2^53 then.
    seed: u64,
    /// Digest of the rows.
    data_digest: &'a str,
    /// A row is an anomaly if its score is greater.
    threshold: f64,
    /// One for each row, in order. Left out in lists.
    #[schema(value_type = Vec<RowResult>, required = false)]
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
    columns: u64,
    anomalies: u64,
}

/// The verdict on one row.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowResult {
    /// The row, counted from 0.
    index: usize,
    /// Higher = more anomalous.
    score: f64,
    /// Whether the score is greater than the threshold.
    is_anomaly: bool,
}

/// [`RowResult`]s, written straight from the scores.
pub(crate) struct Results<'a> {
    scores: &'a [f64],
    threshold: f64,
}

impl<'a> DetectionAnswer<'a> {
    /// Everything but the results.
    pub(crate) fn without_results(summary: &'a DetectionSummary) -> Result<Self, ApiError> {
        let parameters = serde_json::from_str(&summary.parameters).map_err(|error| {
            let reason = format!("its parameters are not JSON: {error}");
            StoreError::Inconsistent { noun: "detection", reason }
        })?;
        let &DetectionSummary { rows, columns, anomalies, .. } = summary;
        Ok(Self {
            detection_id: summary.id,
            model_id: summary.model_id,
            detector_type: &summary.detector_type,
            detector_version: &summary.detector_version,
            detector_digest: &summary.detector_digest,
            parameters,
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
    pub(crate) fn new(summary: &'a DetectionSummary, scores: &'a [f64]) -> Result<Self, ApiError> {
        let results = Some(Results { scores, threshold: summary.threshold });
        Ok(Self { results, ..Self::without_results(summary)? })
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut results = serializer.serialize_seq(Some(self.scores.len()))?;
        for (index, &score) in self.scores.iter().enumerate() {
            let is_anomaly = score > self.threshold;
            results.serialize_element(&RowResult { index, score, is_anomaly })?;
        }
        results.end()
    }
}
