use super::Sample;
use crate::state::App;
use pynomaly_core::evaluation::Verdicts;
use pynomaly_engine::{DetectError, DetectRequest, Detection};
use std::sync::Arc;
use uuid::Uuid;

/// Has versions in shadow compute what the request `id` asked for, where it is one of those that
/// they are to see; later, elsewhere, and not at all where too much waits already.
///
/// Requests that were answered from what is kept, that name a version, that met the canary or that
/// were refused as wrong are not theirs.
pub(crate) fn offer(
    app: &App,
    id: Uuid,
    request: &Arc<DetectRequest>,
    found: Result<&Detection, &DetectError>,
) {
    let name = &request.detector_type;
    let candidates = app.engine.shadows_for(name, id.into_bytes());
    if candidates.is_empty() {
        return;
    }
    let Ok(active) = app.engine.get(name) else { return };
    let said = match found {
        // Swapped meanwhile: nobody could say whom the candidate was compared with.
        Ok(found) if found.detector_digest != active.digest() => return,
        Ok(found) => Some(verdicts(found)),
        Err(error) if error.is_fault() => None,
        Err(_) => return,
    };
    for candidate in candidates {
        let (request, active) = (Arc::clone(request), Arc::clone(&active));
        let sample = Sample { request, candidate, active, said: said.clone(), chance: chance(id) };
        let (pair, detector) = (sample.pair(), sample.candidate.descriptor().name.clone());
        if !app.plugins.shadow.queue.push(sample) {
            app.plugins.shadow.drop_one(pair);
            app.metrics.shadow.with_label_values(&[&detector, "dropped"]).inc();
        }
    }
}

pub(super) fn verdicts(found: &Detection) -> Verdicts {
    let flagged = (0..found.scores.len()).map(|row| found.is_anomaly(row)).collect();
    Verdicts { scores: found.scores.clone(), flagged, fuel: found.fuel_used }
}

/// The random end of a UUID of version 7.
fn chance(id: Uuid) -> u64 {
    let (_, end) = id.as_u64_pair();
    end
}
