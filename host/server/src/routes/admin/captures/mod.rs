//! Calls of plugins that failed and were kept: the organisation's own.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;

use pynomaly_store::CaptureSummary;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A call that failed, without what is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureAnswer {
    id: Uuid,
    detector_type: String,
    detector_version: String,
    /// `sha256:…` of the component that failed.
    detector_digest: String,
    /// How it failed: `trap`, `contract`, or the limit: `fuel`, `wall`, `memory`, `stack`, `handles`,
    /// `transfer`. What the plugin said is in the bundle.
    error: String,
    /// Bytes that are kept, compressed and encrypted.
    bytes: u64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it goes.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl From<CaptureSummary> for CaptureAnswer {
    fn from(capture: CaptureSummary) -> Self {
        Self {
            id: capture.id,
            detector_type: capture.detector_type,
            detector_version: capture.detector_version,
            detector_digest: capture.detector_digest,
            error: capture.error,
            bytes: capture.bytes,
            created_at: capture.created_at,
            expires_at: capture.expires_at,
        }
    }
}
