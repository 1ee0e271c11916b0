//! One computation on its way from bytes to bytes, in the name of a caller.

use crate::auth::Caller;
use crate::error::ApiError;
use crate::pack;
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use pynomaly_core::{Matrix, Parameters};
use pynomaly_engine::{
    Budget, CallError, DetectError, DetectRequest, Detection, PipelineRecord, Served,
};
use pynomaly_store as store;
use serde::Serializer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Bytes of an answer before its rows, and for each row: saves growing it.
const ANSWER_BYTES: (usize, usize) = (1024, 64);

/// What a computation is done for, and under which name it will be kept.
pub(crate) struct Job {
    pub(crate) app: AppState,
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) created_at: OffsetDateTime,
    /// Used if the client gives none.
    pub(crate) seed: u64,
    /// Set when nobody waits for the answer any more.
    cancel: Arc<AtomicBool>,
    /// Fuel that plugins have burnt for it, charged to the organisation when the job is over.
    burnt: Arc<AtomicU64>,
}

/// What was used, as it is kept: JSON objects.
pub(crate) struct Recorded {
    pub(crate) parameters: String,
    pub(crate) pipeline: String,
}

/// What there is to keep and to say.
pub(crate) struct Judged {
    pub(crate) detection: store::NewDetection,
    pub(crate) answer: Vec<u8>,
}

impl Job {
    pub(crate) fn new(app: &AppState, caller: &Caller) -> Self {
        let now = app.clock.now();
        Self {
            app: Arc::clone(app),
            id: app.id(now),
            tenant_id: caller.tenant_id,
            user_id: caller.user_id,
            created_at: now,
            seed: app.random.seed(),
            cancel: Arc::default(),
            burnt: Arc::default(),
        }
    }

    /// Whether so few values are a matter of microseconds: for a native detector with its own
    /// parameters and no reasons. With others they may take any time, and plugins too.
    pub(crate) fn is_short(&self, served: &Served, data: &Matrix, takes_long: bool) -> bool {
        self.is_small(data) && served.is_native() && !takes_long
    }

    /// Whether these are so few values that changing threads would cost more than most detectors.
    pub(crate) fn is_small(&self, data: &Matrix) -> bool {
        data.values().len() <= self.app.limits.inline_values_max
    }

    /// Runs `work` when it is its turn. If the request ends before, so does the work.
    pub(crate) async fn off_thread<T: Send + 'static>(
        self,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.app.detections.enter().await?;
        let _cancel = CancelOnDrop(Arc::clone(&self.cancel));
        let span = tracing::Span::current();
        let work = move || {
            let outcome = span.in_scope(|| work(&self));
            drop(turn);
            outcome
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ApiError::Internal(format!("a detection panicked: {error}")))?
    }

    /// Has the request ask for the canary of its detector, where that is what the caller gets.
    pub(crate) fn choose_version(&self, request: &mut DetectRequest) {
        let (tenant, model) = (self.tenant_id.into_bytes(), self.id.into_bytes());
        let canary = self.app.engine.canary_for(&request.detector_type, tenant, model);
        if let Some(served) = canary {
            request.detector_type = format!("{}@{}", request.detector_type, served.digest());
        }
    }

    /// All that one call may use, and no longer than somebody waits.
    pub(crate) fn budget(&self) -> Budget {
        let limits = self.app.engine.sandbox().limits();
        let (cancel, meter) = (Arc::clone(&self.cancel), Arc::clone(&self.burnt));
        Budget { cancel: Some(cancel), meter: Some(meter), ..limits.budget() }
    }

    /// What is kept and what is said of a detection. `data` are the rows, where they are kept too.
    pub(crate) fn judged(
        &self,
        found: Detection,
        Recorded { parameters, pipeline }: Recorded,
        model_id: Option<Uuid>,
        data: Option<&Matrix>,
    ) -> Result<Judged, ApiError> {
        let data = data.map(pack::pack_matrix).transpose()?;
        let summary = store::DetectionSummary {
            id: self.id,
            tenant_id: self.tenant_id,
            user_id: self.user_id,
            model_id,
            detector_type: found.detector_type,
            detector_version: found.detector_version,
            detector_digest: found.detector_digest,
            parameters,
            pipeline,
            seed: found.seed,
            data_digest: found.data_digest,
            threshold: found.threshold,
            rows: found.scores.len() as u64,
            columns: found.columns as u64,
            anomalies: found.anomalies as u64,
            fuel_used: found.fuel_used,
            duration: to_the_microsecond(found.detector_time),
            has_data: data.is_some(),
            created_at: self.created_at,
        };
        let (head, row) = ANSWER_BYTES;
        let mut answer = Vec::with_capacity(head + row * found.scores.len());
        let details = store::DetectionDetails {
            suppressed: found.suppressed,
            contributions: found.contributions.map(|contributions| contributions.values),
        };
        let detection = store::Detection { summary, scores: found.scores, details };
        serde_json::to_writer(&mut answer, &DetectionAnswer::new(&detection)?)
            .map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Judged { detection: store::NewDetection { detection, data }, answer })
    }

    /// Counts a detection, whatever came of it, and the fuel that it burnt.
    pub(crate) fn count<T>(&self, detector: &str, found: &Result<T, DetectError>) {
        let is_known = !matches!(found, Err(DetectError::UnknownDetector { .. }));
        let detector = if is_known { name(detector) } else { "unknown" };
        let metrics = &self.app.metrics;
        metrics.detections.with_label_values(&[detector, outcome(found)]).inc();
        let burnt = self.burnt.load(Ordering::Relaxed);
        if burnt > 0 {
            metrics.fuel.with_label_values(&[detector]).inc_by(burnt);
        }
    }

    /// Counts a detection that nobody answered, because its detector fails too often.
    pub(crate) fn count_broken(&self, detector: &str) {
        self.app.metrics.detections.with_label_values(&[name(detector), "broken"]).inc();
    }

    /// Counts a detection that was not computed again.
    pub(crate) fn count_hit(&self, detector: &str) {
        self.app.metrics.detections.with_label_values(&[name(detector), "cached"]).inc();
    }

    /// Charges nothing for what was burnt so far: it was tried for the host's sake.
    pub(crate) fn forgive(&self) {
        self.burnt.store(0, Ordering::Relaxed);
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let burnt = self.burnt.load(Ordering::Relaxed);
        if burnt > 0 {
            self.app.quotas.fuel.burn(self.tenant_id, burnt, self.created_at);
        }
    }
}

/// A `detector_type` without the version that it may name.
fn name(detector_type: &str) -> &str {
    detector_type.split('@').next().unwrap_or_default()
}

fn outcome<T>(found: &Result<T, DetectError>) -> &'static str {
    match found {
        Ok(_) => "ok",
        Err(DetectError::Call(CallError::Limit(_))) => "limit",
        Err(DetectError::Call(CallError::Busy { .. })) => "busy",
        Err(DetectError::Call(CallError::Cancelled)) => "cancelled",
        Err(DetectError::Call(_)) => "fault",
        Err(_) => "refused",
    }
}

/// A JSON object, in the parameters' own order.
pub(crate) fn to_json(parameters: &Parameters) -> Result<String, ApiError> {
    let mut json = Vec::new();
    serde_json::Serializer::new(&mut json)
        .collect_map(parameters.iter())
        .and_then(|()| String::from_utf8(json).map_err(serde::ser::Error::custom))
        .map_err(|error: serde_json::Error| ApiError::Internal(error.to_string()))
}

/// What was done around the detector, a JSON object.
pub(crate) fn pipeline_json(pipeline: &PipelineRecord) -> Result<String, ApiError> {
    serde_json::to_string(pipeline).map_err(|error| ApiError::Internal(error.to_string()))
}

/// As the database keeps it, so that the answer says the same when it is read again.
pub(crate) fn to_the_microsecond(duration: Duration) -> Duration {
    Duration::from_micros(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
