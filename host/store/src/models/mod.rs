//! Fitted models: fit once, score for months. Fitting again under a name makes its next version.

mod component;
mod create;
mod delete;
mod get;
mod list;
mod rename;

pub use component::Component;

use crate::StoreError;
use crate::columns::{to_count, to_time};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// A model without its state.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSummary {
    /// Version 7: its order is the order of creation.
    pub id: Uuid,
    /// Whose organisation it belongs to.
    pub tenant_id: Uuid,
    /// Who fitted it.
    pub user_id: Uuid,
    /// For people.
    pub name: String,
    /// Counts from 1 under one name; 0 has the next one given when it is written.
    pub version: u64,
    /// The `detector_type`.
    pub detector_type: String,
    /// Version of the detector that fitted it.
    pub detector_version: String,
    /// What exactly fitted it, and alone scores with it.
    pub detector_digest: String,
    /// Parameters as used, a JSON object.
    pub parameters: String,
    /// What was done around the detector and learnt there, a JSON object; `{}` where that was not
    /// recorded.
    pub pipeline: String,
    /// Source of all randomness.
    pub seed: u64,
    /// Digest of the training rows.
    pub data_digest: String,
    /// A row is an anomaly if its score is greater.
    pub threshold: f64,
    /// Number of training rows.
    pub rows: u64,
    /// Number of columns.
    pub columns: u64,
    /// Fuel burnt; `None` for native detectors.
    pub fuel_used: Option<u64>,
    /// Time spent in the detector, to the microsecond.
    pub duration: Duration,
    /// `sha256:…` of the state.
    pub state_digest: String,
    /// Bytes of the state, before packing.
    pub state_bytes: u64,
    /// When it was fitted.
    pub created_at: OffsetDateTime,
}

/// The columns of `models`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    user_id: Uuid,
    name: String,
    version: i64,
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
    fuel_used: Option<i64>,
    duration_us: i64,
    state_digest: String,
    state_bytes: i64,
    created_at: i64,
}

/// What [`Row`] reads, and what an insert writes, in this order.
const COLUMNS: &str = "id, tenant_id, user_id, name, version, detector_type, detector_version, \
                       detector_digest, parameters, pipeline, seed, data_digest, threshold, \
                       row_count, column_count, fuel_used, duration_us, state_digest, \
                       state_bytes, created_at";

impl TryFrom<Row> for ModelSummary {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let count = |count| to_count("model", count);
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            version: count(row.version)?,
            seed: row.seed.cast_unsigned(),
            threshold: row.threshold,
            rows: count(row.row_count)?,
            columns: count(row.column_count)?,
            fuel_used: row.fuel_used.map(i64::cast_unsigned),
            duration: Duration::from_micros(count(row.duration_us)?),
            state_bytes: count(row.state_bytes)?,
            created_at: to_time("model", row.created_at)?,
            name: row.name,
            detector_type: row.detector_type,
            detector_version: row.detector_version,
            detector_digest: row.detector_digest,
            parameters: row.parameters,
            pipeline: row.pipeline,
            data_digest: row.data_digest,
            state_digest: row.state_digest,
        })
    }
}
