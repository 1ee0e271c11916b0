//! Uploads that nobody waits for: they go on beside the request that brought them, and the database
//! says how far they are, on every server.

use super::StepAnswer;
use super::steps::Steps;
use crate::error::{ApiError, Failure};
use crate::request_id::RequestId;
use crate::state::{App, AppState};
use pynomaly_store::{PluginUpload, PluginVersion, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;
use utoipa::ToSchema;
use uuid::Uuid;

/// How often one that is under way is written down.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// One that nothing was heard of for so long is lost: its server has ended. Clocks of servers may differ
/// by less.
pub(crate) const LOST_AFTER: Duration = Duration::from_secs(15);

/// How an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UploadState {
    Running,
    /// It is a new version.
    Stored,
    /// The same bytes were there already.
    Known,
    /// `problem` says why.
    Refused,
    /// The server that worked on it has ended; send it again.
    Lost,
}

/// What is written down of an upload.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) state: UploadState,
    pub(crate) bytes: u64,
    pub(crate) steps: Vec<StepAnswer>,
    pub(crate) detector_type: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) problem: Option<Box<RawValue>>,
}

/// What there is to do, and what is said about it.
pub(crate) struct Beside {
    pub(crate) bytes: u64,
    pub(crate) steps: Arc<Steps>,
    pub(crate) uploaded_by: Option<Uuid>,
    pub(crate) request_id: RequestId,
}

type Outcome = Result<(PluginVersion, bool), ApiError>;

/// Writes it down, and has `work` go on by itself.
pub(crate) async fn upload_beside(
    app: &AppState,
    beside: Beside,
    work: impl Future<Output = Outcome> + Send + 'static,
) -> Result<PluginUpload, ApiError> {
    let now = app.clock.now();
    let upload = PluginUpload {
        id: app.id(now),
        uploaded_by: beside.uploaded_by,
        progress: beside.record(UploadState::Running).to_text()?,
        created_at: now,
        changed_at: now,
    };
    app.store.insert_plugin_upload(&upload, app.limits.uploads_remembered_max).await?;
    let (app, id) = (Arc::clone(app), upload.id);
    let span = tracing::info_span!("upload", request_id = beside.request_id.as_str());
    tokio::spawn(async move { follow(&app, id, &beside, work).await }.instrument(span));
    Ok(upload)
}

/// Tells of it until it is over.
async fn follow(
    app: &App,
    id: Uuid,
    beside: &Beside,
    work: impl Future<Output = Outcome> + Send + 'static,
) {
    // A task of its own: a panic in there is an outcome as well.
    let work = tokio::spawn(work.in_current_span());
    let mut work = pin!(work);
    let outcome = loop {
        match tokio::time::timeout(TELL_EVERY, &mut work).await {
            Ok(Ok(outcome)) => break outcome,
            Ok(Err(error)) => break Err(ApiError::Internal(error.to_string())),
            Err(_) => tell(app, id, &beside.record(UploadState::Running)).await,
        }
    };
    beside.steps.end(outcome.is_ok());
    tell(app, id, &beside.ended(outcome)).await;
}

/// The database may be away for a while: what is said next says it all.
async fn tell(app: &App, id: Uuid, record: &Record) {
    let told = async {
        let text = record.to_text()?;
        Ok::<_, ApiError>(app.store.update_plugin_upload(id, &text, app.clock.now()).await?)
    };
    if let Err(error) = told.await {
        tracing::warn!(%error, %id, "how far an upload is was not written down");
    }
}

impl Beside {
    fn record(&self, state: UploadState) -> Record {
        Record {
            state,
            bytes: self.bytes,
            steps: self.steps.answer(),
            detector_type: None,
            version: None,
            digest: None,
            problem: None,
        }
    }

    fn ended(&self, outcome: Outcome) -> Record {
        match outcome {
            Ok((it, is_new)) => {
                let state = if is_new { UploadState::Stored } else { UploadState::Known };
                Record {
                    detector_type: Some(it.name),
                    version: Some(it.version),
                    digest: Some(it.digest),
                    ..self.record(state)
                }
            }
            Err(error) => {
                let Failure { mut problem, cause, .. } = error.into_failure();
                self.request_id.as_str().clone_into(&mut problem.request_id);
                let status = problem.status.as_u16();
                let cause = cause.as_ref().unwrap_or(&problem.detail);
                tracing::info!(status, cause, "upload refused");
                let problem = serde_json::value::to_raw_value(&problem).ok();
                Record { problem, ..self.record(UploadState::Refused) }
            }
        }
    }
}

impl Record {
    fn to_text(&self) -> Result<String, ApiError> {
        serde_json::to_string(self).map_err(|error| ApiError::Internal(error.to_string()))
    }

    /// What was written down, as it stands now.
    pub(crate) fn read(app: &App, upload: &PluginUpload) -> Result<Self, StoreError> {
        let record = serde_json::from_str::<Self>(&upload.progress);
        let mut record = record.map_err(|error| StoreError::Inconsistent {
            noun: "plugin upload",
            reason: error.to_string(),
        })?;
        let is_silent = app.clock.now() - upload.changed_at > LOST_AFTER;
        if record.state == UploadState::Running && is_silent {
            record.state = UploadState::Lost;
        }
        Ok(record)
    }
}
