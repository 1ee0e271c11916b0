//! Calls of plugins that failed, kept for a while for who mends the plugin. What is in them is
//! encrypted by whoever wrote it; here it is only bytes.

mod delete;
mod get;
mod insert;
mod list;

pub use insert::NewCapture;

use crate::StoreError;
use crate::columns::{to_count, to_time};
use time::OffsetDateTime;
use uuid::Uuid;

/// A call that was kept, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureSummary {
    /// Its identifier.
    pub id: Uuid,
    /// Whose rows are in it.
    pub tenant_id: Uuid,
    /// The `detector_type`.
    pub detector_type: String,
    /// What its descriptor says.
    pub detector_version: String,
    /// `sha256:…` of the component that failed.
    pub detector_digest: String,
    /// How it failed: the kind alone, since this is not encrypted.
    pub error: String,
    /// Bytes that are kept.
    pub bytes: u64,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it goes.
    pub expires_at: OffsetDateTime,
}

/// What [`Row`] reads, and an insert writes but for the number of bytes, in this order.
const COLUMNS: &str = "id, tenant_id, detector_type, detector_version, detector_digest, error, \
                       created_at, expires_at";

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    detector_type: String,
    detector_version: String,
    detector_digest: String,
    error: String,
    created_at: i64,
    expires_at: i64,
    bytes: i64,
}

impl TryFrom<Row> for CaptureSummary {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id,
            detector_type: row.detector_type,
            detector_version: row.detector_version,
            detector_digest: row.detector_digest,
            error: row.error,
            bytes: to_count("capture", row.bytes)?,
            created_at: to_time("capture", row.created_at)?,
            expires_at: to_time("capture", row.expires_at)?,
        })
    }
}
