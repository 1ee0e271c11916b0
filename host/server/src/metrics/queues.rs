//! How long the queues are, set anew whenever somebody looks.

use crate::state::App;
use prometheus::{IntGaugeVec, Opts, Registry};

/// Everything that waits for its turn, and for how much of it there is a place.
pub(crate) struct QueueMetrics {
    lengths: IntGaugeVec,
    places: IntGaugeVec,
}

impl QueueMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let lengths =
            IntGaugeVec::new(Opts::new("pynomaly_queue_length", "What waits now."), &["queue"])?;
        let places = "What may wait before more is turned away.";
        let places = IntGaugeVec::new(Opts::new("pynomaly_queue_places", places), &["queue"])?;
        registry.register(Box::new(lengths.clone()))?;
        registry.register(Box::new(places.clone()))?;
        Ok(Self { lengths, places })
    }

    pub(super) fn look(&self, app: &App) {
        let limits = &app.limits;
        for (queue, length, places) in [
            ("detections", app.detections.waiting(), limits.detections_waiting_max),
            ("writes", app.store.unwritten(), limits.detections_unwritten_max),
            ("uploads", app.uploads.waiting(), limits.uploads_waiting_max),
            ("self_tests", app.self_tests.waiting(), limits.self_tests_waiting_max),
        ] {
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            self.lengths.with_label_values(&[queue]).set(count(length));
            self.places.with_label_values(&[queue]).set(count(places));
        }
    }
}
