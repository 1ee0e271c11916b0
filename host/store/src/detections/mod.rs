//! Detections: what was asked, what answered, and the scores.

mod get;
mod insert;
mod journal;
mod list;
mod prune;
mod writer;

pub use list::DetectionFilter;
pub use prune::Retention;
pub(crate) use writer::Writer;

use crate::StoreError;
use crate::columns::{to_count, to_time};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// A detection without its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectionSummary {
    /// Version 7: its order is the order of creation.
    pub id: Uuid,
    /// Whose organisation it belongs to.
    pub tenant_id: Uuid,
    /// Who asked.
    pub user_id: Uuid,
    /// The model that scored; `None` where the rows were judged among themselves.
    pub model_id: Option<Uuid>,
    /// The `detector_type`.
    pub detector_type: String,
    /// Version of the detector that answered.
    pub detector_version: String,
    /// What exactly answered.
    pub detector_digest: String,
    /// Parameters as used, a JSON object.
    pub parameters: String,
    /// What was done around the detector, a JSON object; `{}` where that was not recorded.
    pub pipeline: String,
    /// Source of all randomness.
    pub seed: u64,
    /// Digest of the rows.
    pub data_digest: String,
    /// A row is an anomaly if its score is greater.
    pub threshold: f64,
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub columns: u64,
    /// Number of rows that are anomalies.
    pub anomalies: u64,
    /// Fuel burnt; `None` for native detectors.
    pub fuel_used: Option<u64>,
    /// Time spent in the detector, to the microsecond.
    pub duration: Duration,
    /// Whether the rows are kept too.
    pub has_data: bool,
    /// When it was asked.
    pub created_at: OffsetDateTime,
}

/// A detection with its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Everything else.
    pub summary: DetectionSummary,
    /// One score per row; verdicts follow from the threshold, and from `suppressed`.
    pub scores: Vec<f64>,
    /// What rows have beside their scores.
    pub details: DetectionDetails,
}

/// What rows have beside their scores, where it was asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DetectionDetails {
    /// For each row whether it deviates too little to be an anomaly.
    pub suppressed: Option<Vec<bool>>,
    /// The columns' contributions, row after row.
    pub contributions: Option<Vec<f64>>,
}

impl DetectionDetails {
    /// Whether there are none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.suppressed.is_none() && self.contributions.is_none()
    }
}

/// A detection to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewDetection {
    /// What was found.
    pub detection: Detection,
    /// The rows, as the caller packed them, where they are to be kept.
    pub data: Option<Vec<u8>>,
}

/// The columns of `detections`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    user_id: Uuid,
    model_id: Option<Uuid>,
    detector_type: String,
    detector_version: String,
    detector_digest: String,
    parameters: String,
    pipeline: String,
    seed: i64,
    data_digest: String,
    threshold: f64,
    row_count: i64,
    column_count: i64,
    anomaly_count: i64,
    fuel_used: Option<i64>,
    duration_us: i64,
    has_data: bool,
    created_at: i64,
}

/// What [`Row`] reads, and what an insert writes, in this order.
const COLUMNS: &str = "id, tenant_id, user_id, model_id, detector_type, detector_version, \
                       detector_digest, parameters, pipeline, seed, data_digest, threshold, \
                       row_count, column_count, anomaly_count, fuel_used, duration_us, has_data, \
                       created_at";

impl TryFrom<Row> for DetectionSummary {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let count = |count| to_count("detection", count);
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            model_id: row.model_id,
            seed: row.seed.cast_unsigned(),
            threshold: row.threshold,
            rows: count(row.row_count)?,
            columns: count(row.column_count)?,
            anomalies: count(row.anomaly_count)?,
            fuel_used: row.fuel_used.map(i64::cast_unsigned),
            duration: Duration::from_micros(count(row.duration_us)?),
            has_data: row.has_data,
            created_at: to_time("detection", row.created_at)?,
            detector_type: row.detector_type,
            detector_version: row.detector_version,
            detector_digest: row.detector_digest,
            parameters: row.parameters,
            pipeline: row.pipeline,
            data_digest: row.data_digest,
        })
    }
}
