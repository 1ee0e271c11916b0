//! What `/metrics` tells Prometheus.

pub(crate) mod plugins;
mod queues;
pub(crate) mod tls;

use crate::state::App;
use plugins::PluginMetrics;
use queues::QueueMetrics;

use prometheus::{
    Encoder, Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry,
    TextEncoder,
};
use pynomaly_store::LastBackup;
use std::sync::{Mutex, PoisonError};
use time::OffsetDateTime;

/// Seconds. One edge lies at 2 s, where the alert on the p95 has its threshold, and some past it:
/// only so is what it compares not an interpolation.
const DURATION_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 10.0, 60.0];

/// Every metric. Labels have few values: routes, not paths; detectors that exist, not names
/// that clients make up.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: IntCounterVec,
    pub(crate) durations: HistogramVec,
    pub(crate) connections: IntGauge,
    pub(crate) detections: IntCounterVec,
    pub(crate) fuel: IntCounterVec,
    pub(crate) plugins: PluginMetrics,
    backup_time: Gauge,
    backup_bytes: Gauge,
    queues: QueueMetrics,
    /// One at a time sets what is only true at the moment, and reads it.
    looking: Mutex<()>,
    pub(crate) shadow: IntCounterVec,
}

impl Metrics {
    /// All at nought, of a server that started at `started`.
    pub(crate) fn new(started: OffsetDateTime) -> Result<Self, prometheus::Error> {
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests answered."),
            &["method", "status", "route"],
        )?;
        let duration = "Seconds from a request's head to its answer.";
        let durations = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", duration)
                .buckets(DURATION_BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        let connections = IntGauge::new("pynomaly_active_connections", "Connections open now.")?;
        let detections = IntCounterVec::new(
            Opts::new("pynomaly_detections_total", "Detections by how they ended."),
            &["detector", "outcome"],
        )?;
        let fuel = IntCounterVec::new(
            Opts::new("pynomaly_fuel_used_total", "Fuel burnt by plugins."),
            &["detector"],
        )?;
        let shadow = IntCounterVec::new(
            Opts::new(
                "pynomaly_shadow_requests_total",
                "Requests that versions in shadow were to compute: answered, failed or dropped.",
            ),
            &["detector", "outcome"],
        )?;
        let start_time = Gauge::new(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
        )?;
        start_time.set(started.unix_timestamp() as f64);
        let backup_time = Gauge::new(
            "pynomaly_backup_last_success_timestamp_seconds",
            "When the last backup was whole, in seconds since unix epoch; 0 if there was none.",
        )?;
        let backup_bytes =
            Gauge::new("pynomaly_backup_size_bytes", "Size of the last backup's archive.")?;
        let registry = Registry::new();
        registry.register(Box::new(backup_time.clone()))?;
        registry.register(Box::new(backup_bytes.clone()))?;
        registry.register(Box::new(start_time))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(detections.clone()))?;
        registry.register(Box::new(fuel.clone()))?;
        registry.register(Box::new(shadow.clone()))?;
        let plugins = PluginMetrics::new(&registry)?;
        let queues = QueueMetrics::new(&registry)?;
        let looking = Mutex::default();
        Ok(Self {
            registry,
            requests,
            durations,
            connections,
            detections,
            fuel,
            shadow,
            plugins,
            backup_time,
            backup_bytes,
            queues,
            looking,
        })
    }

    /// What the database says of backups.
    pub(crate) fn set_last_backup(&self, last: &LastBackup) {
        self.backup_time.set(last.finished_at.unix_timestamp() as f64);
        self.backup_bytes.set(last.bytes as f64);
    }

    /// Where parts of the server that not every one has show their own.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All of them in Prometheus' text format.
    pub(crate) fn text(&self, app: &App) -> Result<Vec<u8>, prometheus::Error> {
        let _one_at_a_time = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        self.plugins.look(app);
        self.queues.look(app);
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
