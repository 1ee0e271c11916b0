//! Detections: what was asked, what answered, and the scores.

mod get;
mod insert;
mod list;
mod writer;

pub(crate) use writer::Writer;

use crate::StoreError;
use crate::columns::{to_count, to_time};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// A detection without its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectionSummary {
    /// Version 7: its order is the order of creation.
    pub id: Uuid,
    /// Who asked.
    pub user_id: Uuid,
    /// The `detector_type`.
    pub detector_type: String,
    /// Version of the detector that answered.
    pub detector_version: String,
    /// What exactly answered.
    pub detector_digest: String,
    /// Parameters as used, a JSON object.
    pub parameters: String,
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
    /// Number of rows whose score is greater than the threshold.
    pub anomalies: u64,
    /// Fuel burnt; `None` for native detectors.
    pub fuel_used: Option<u64>,
    /// Time spent in the detector, to the microsecond.
    pub duration: Duration,
    /// When it was asked.
    pub created_at: OffsetDateTime,
}

/// A detection with its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Everything else.
    pub summary: DetectionSummary,
    /// One score per row; verdicts follow from the threshold.
    pub scores: Vec<f64>,
}

/// The columns of `detections`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    detector_type: String,
    detector_version: String,
    detector_digest: String,
    parameters: String,
    seed: i64,
    data_digest: String,
    threshold: f64,
    row_count: i64,
    column_count: i64,
    anomaly_count: i64,
    fuel_used: Option<i64>,
    duration_us: i64,
    created_at: i64,
}

impl TryFrom<Row> for DetectionSummary {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let count = |count| to_count("detection", count);
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            seed: row.seed.cast_unsigned(),
            threshold: row.threshold,
            rows: count(row.row_count)?,
            columns: count(row.column_count)?,
            anomalies: count(row.anomaly_count)?,
            fuel_used: row.fuel_used.map(i64::cast_unsigned),
            duration: Duration::from_micros(count(row.duration_us)?),
            created_at: to_time("detection", row.created_at)?,
            detector_type: row.detector_type,
            detector_version: row.detector_version,
            detector_digest: row.detector_digest,
            parameters: row.parameters,
            data_digest: row.data_digest,
        })
    }
}
