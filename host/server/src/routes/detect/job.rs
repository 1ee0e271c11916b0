use super::DetectBody;
use crate::auth::Caller;
use crate::body::JsonBytes;
use crate::error::ApiError;
use crate::routes::detections::DetectionAnswer;
use crate::state::AppState;
use pynomaly_core::Parameters;
use pynomaly_engine::{Budget, CallError, DetectError, DetectRequest};
use pynomaly_store as store;
use serde::Serializer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Bytes of an answer before its rows, and for each row: saves growing it.
const ANSWER_BYTES: (usize, usize) = (1024, 64);

/// One detection on its way from bytes to bytes.
pub(super) struct Job {
    app: AppState,
    id: Uuid,
    user_id: Uuid,
    created_at: OffsetDateTime,
    seed: u64,
    /// Set when nobody waits for the answer any more.
    cancel: Arc<AtomicBool>,
}

/// What there is to keep and to say.
pub(super) struct Judged {
    pub(super) detection: store::Detection,
    pub(super) answer: Vec<u8>,
}

impl Job {
    pub(super) fn new(app: &AppState, caller: &Caller) -> Self {
        let now = app.clock.now();
        Self {
            app: Arc::clone(app),
            id: app.id(now),
            user_id: caller.user_id,
            created_at: now,
            seed: app.random.seed(),
            cancel: Arc::default(),
        }
    }

    /// Parses, computes and writes the answer: here if all of that is short, on a thread of its
    /// own otherwise.
    pub(super) async fn judge(self, body: JsonBytes) -> Result<Judged, ApiError> {
        if body.len() > self.app.limits.inline_bytes_max {
            return self.off_thread(move |job| job.run(&job.parse(body)?)).await;
        }
        let request = self.parse(body)?;
        if self.is_short(&request) {
            return self.run(&request);
        }
        self.off_thread(move |job| job.run(&request)).await
    }

    fn parse(&self, body: JsonBytes) -> Result<DetectRequest, ApiError> {
        body.parse::<DetectBody>()?.check(&self.app.limits, self.seed)
    }

    /// Few values for a native detector with its own parameters take microseconds. With others
    /// they may take any time, and plugins too.
    fn is_short(&self, request: &DetectRequest) -> bool {
        request.data.values().len() <= self.app.limits.inline_values_max
            && request.parameters.is_empty()
            && self.app.engine.get(&request.detector_type).is_ok_and(|served| served.is_native())
    }

    /// Runs `work` when it is its turn. If the request ends before, so does the work.
    async fn off_thread(
        self,
        work: impl FnOnce(&Self) -> Result<Judged, ApiError> + Send + 'static,
    ) -> Result<Judged, ApiError> {
        let turn = self.app.detections.enter().await?;
        let _cancel = CancelOnDrop(Arc::clone(&self.cancel));
        let span = tracing::Span::current();
        let work = move || {
            let judged = span.in_scope(|| work(&self));
            drop(turn);
            judged
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ApiError::Internal(format!("a detection panicked: {error}")))?
    }

    fn run(&self, request: &DetectRequest) -> Result<Judged, ApiError> {
        let engine = &self.app.engine;
        let budget =
            Budget { cancel: Some(Arc::clone(&self.cancel)), ..engine.sandbox().limits().budget() };
        let found = engine.detect(request, &budget);
        self.count(request, &found);
        let detection = self.record(found?)?;
        let (head, row) = ANSWER_BYTES;
        let mut answer = Vec::with_capacity(head + row * detection.scores.len());
        let shown = DetectionAnswer::new(&detection.summary, &detection.scores)?;
        serde_json::to_writer(&mut answer, &shown)
            .map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Judged { detection, answer })
    }

    fn record(&self, found: pynomaly_engine::Detection) -> Result<store::Detection, ApiError> {
        let parameters =
            to_json(&found.parameters).map_err(|error| ApiError::Internal(error.to_string()))?;
        let summary = store::DetectionSummary {
            id: self.id,
            user_id: self.user_id,
            detector_type: found.detector_type,
            detector_version: found.detector_version,
            detector_digest: found.detector_digest,
            parameters,
            seed: found.seed,
            data_digest: found.data_digest,
            threshold: found.threshold,
            rows: found.scores.len() as u64,
            columns: found.columns as u64,
            anomalies: found.anomalies as u64,
            fuel_used: found.fuel_used,
            duration: to_the_microsecond(found.detector_time),
            created_at: self.created_at,
        };
        Ok(store::Detection { summary, scores: found.scores })
    }

    fn count(
        &self,
        request: &DetectRequest,
        found: &Result<pynomaly_engine::Detection, DetectError>,
    ) {
        let is_known = !matches!(found, Err(DetectError::UnknownDetector { .. }));
        let detector = if is_known { &request.detector_type } else { "unknown" };
        let metrics = &self.app.metrics;
        metrics.detections.with_label_values(&[detector, outcome(found)]).inc();
        if let Ok(pynomaly_engine::Detection { fuel_used: Some(fuel), .. }) = found {
            metrics.fuel.with_label_values(&[detector]).inc_by(*fuel);
        }
    }
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
fn to_json(parameters: &Parameters) -> Result<String, serde_json::Error> {
    let mut json = Vec::new();
    serde_json::Serializer::new(&mut json).collect_map(parameters.iter())?;
    String::from_utf8(json).map_err(serde::ser::Error::custom)
}

/// As the database keeps it, so that the answer says the same when it is read again.
fn to_the_microsecond(duration: Duration) -> Duration {
    Duration::from_micros(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
