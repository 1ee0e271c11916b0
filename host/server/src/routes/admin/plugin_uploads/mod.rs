//! Uploads of plugins that nobody waited for, and how far they are.

pub(crate) mod get;
pub(crate) mod list;

use crate::plugins::{Record, StepAnswer, UploadState};
use crate::state::App;
use pynomaly_store::{PluginUpload, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// An upload, under way or ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginUploadAnswer {
    id: Uuid,
    state: UploadState,
    /// Bytes of the body.
    bytes: u64,
    /// The steps so far, the last of which is under way, or is where it ended.
    steps: Vec<StepAnswer>,
    /// The name it serves; null until it is stored.
    detector_type: Option<String>,
    version: Option<String>,
    /// `sha256:…` of the component; null until it is stored.
    digest: Option<String>,
    /// What the answer would have been, had somebody waited; null but where it was refused.
    #[schema(value_type = Option<Object>)]
    problem: Option<Box<RawValue>>,
    uploaded_by: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When the server that works on it last said so.
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
}

impl PluginUploadAnswer {
    pub(crate) fn of(app: &App, upload: PluginUpload) -> Result<Self, StoreError> {
        let record = Record::read(app, &upload)?;
        Ok(Self {
            id: upload.id,
            state: record.state,
            bytes: record.bytes,
            steps: record.steps,
            detector_type: record.detector_type,
            version: record.version,
            digest: record.digest,
            problem: record.problem,
            uploaded_by: upload.uploaded_by,
            created_at: upload.created_at,
            changed_at: upload.changed_at,
        })
    }
}
