//! Who answers a detection: the detector that was asked for, or another where its breaker is open.

use super::Asked;
use crate::error::ApiError;
use crate::job::Job;
use crate::plugins::{Broken, Call, Captured, capture, offer};
use pynomaly_engine::{
    Bundle, BundleCall, DetectError, DetectRequest, Detection, InsteadOf, Served,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Computes the detection. Whoever names a version gets that version or nobody.
pub(super) fn answer(job: &Job, asked: &Asked) -> Result<Detection, ApiError> {
    let request = &asked.request;
    let served = match job.app.engine.serving(request) {
        Ok(served) => served,
        Err(error) => {
            let unknown: Result<Detection, _> = Err(error);
            job.count(&request.detector_type, &unknown);
            return Ok(unknown?);
        }
    };
    match Call::begin(&job.app, &served, &request.data) {
        Ok(call) => {
            let found = ask(job, call, &served, request);
            offer(&job.app, job.id, request, found.as_ref());
            let (tenant_id, served) = (job.tenant_id, &*served);
            let called = Captured { tenant_id, served, data: &request.data, model: None };
            capture(&job.app, called, found.as_ref().err(), |limits, error| {
                Bundle::new(BundleCall::Detect, request, served, limits, error)
            });
            Ok(found?)
        }
        Err(broken) => {
            let other = if asked.is_pinned {
                None
            } else {
                job.app.plugins.fallbacks.find(&job.app.engine, &served)
            };
            let found = other.and_then(|(other, same)| instead(job, request, &other, same));
            let Some(mut found) = found else {
                job.count_broken(&request.detector_type);
                return Err(broken.into());
            };
            job.app.metrics.plugins.count_degraded(&broken.name, &broken.version);
            found.pipeline.instead_of = Some(instead_of(&broken));
            Ok(found)
        }
    }
}

fn ask(
    job: &Job,
    call: Call,
    served: &Arc<Served>,
    request: &DetectRequest,
) -> Result<Detection, DetectError> {
    let found = served.detect(request, &job.budget());
    call.end(&found, |found| found.fuel_used);
    job.count(&served.descriptor().name, &found);
    found
}

/// What `other` says, with its own parameters unless it takes the same; `None` where it has no
/// answer either.
fn instead(
    job: &Job,
    request: &DetectRequest,
    other: &Arc<Served>,
    same_parameters: bool,
) -> Option<Detection> {
    let call = Call::begin(&job.app, other, &request.data).ok()?;
    let found = if same_parameters {
        ask(job, call, other, request)
    } else {
        let own = DetectRequest { parameters: BTreeMap::new(), ..request.clone() };
        ask(job, call, other, &own)
    };
    let (name, digest) = (&other.descriptor().name, other.digest());
    found.inspect_err(|error| tracing::warn!(name, digest, %error, "a fallback has no answer")).ok()
}

fn instead_of(broken: &Broken) -> InsteadOf {
    InsteadOf {
        detector_type: broken.name.clone(),
        detector_version: broken.version.clone(),
        detector_digest: broken.digest.clone(),
    }
}
