//! What is counted of each plugin. Labels are names and versions of the catalog alone, and no more
//! than [`LABELS_MAX`] of them; the rest is `other`. What goes takes its numbers along.

use crate::plugins::Standing;
use crate::state::App;
use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
};
use pynomaly_engine::{CallError, DetectError};
use pynomaly_store::PluginCatalog;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Versions that have numbers of their own.
const LABELS_MAX: usize = 200;
/// The name and the version of all others together.
const OTHER: &str = "other";
/// Seconds; a call may take up to `PYNOMALY_PLUGIN_WALL_MAX_MS`, 30 s by default.
const DURATION_BUCKETS: [f64; 12] =
    [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 10.0, 60.0];
/// Every kind of error.
const KINDS: [&str; 12] = [
    "refused",
    "trap",
    "contract",
    "fuel",
    "wall",
    "memory",
    "stack",
    "handles",
    "transfer",
    "busy",
    "cancelled",
    "host",
];

type Labels = BTreeMap<String, BTreeSet<String>>;

/// Metrics of plugins. Gauges are set anew whenever somebody looks.
pub(crate) struct PluginMetrics {
    calls: IntCounterVec,
    errors: IntCounterVec,
    durations: HistogramVec,
    fuel: IntCounterVec,
    refused: IntCounterVec,
    degraded: IntCounterVec,
    trips: IntCounterVec,
    memory: IntGaugeVec,
    warm: IntGaugeVec,
    compile: GaugeVec,
    state: IntGaugeVec,
    breaker: IntGaugeVec,
    /// Versions of the catalog, by name.
    labels: Mutex<Labels>,
}

impl PluginMetrics {
    pub(super) fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        const LABELS: [&str; 2] = ["plugin", "version"];
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let gauge = |name: &str, help: &str, labels: &[&str]| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let durations = HistogramVec::new(
            HistogramOpts::new("pynomaly_plugin_call_duration_seconds", "Seconds of a call.")
                .buckets(DURATION_BUCKETS.to_vec()),
            &LABELS,
        )?;
        let compile = GaugeVec::new(
            Opts::new(
                "pynomaly_plugin_compile_seconds",
                "Seconds until it was compiled, or read from the compile cache.",
            ),
            &LABELS,
        )?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(compile.clone()))?;
        Ok(Self {
            calls: counter("pynomaly_plugin_calls_total", "Calls, however they ended.", &LABELS)?,
            errors: counter(
                "pynomaly_plugin_errors_total",
                "Calls that ended without scores.",
                &["plugin", "version", "kind"],
            )?,
            durations,
            fuel: counter("pynomaly_plugin_fuel_total", "Fuel of calls with scores.", &LABELS)?,
            refused: counter(
                "pynomaly_plugin_breaker_refused_total",
                "Calls that its breaker kept from it.",
                &LABELS,
            )?,
            degraded: counter(
                "pynomaly_plugin_degraded_total",
                "Detections that another answered in its stead.",
                &LABELS,
            )?,
            trips: counter(
                "pynomaly_plugin_breaker_trips_total",
                "How often its breaker opened, or stayed open after a try.",
                &LABELS,
            )?,
            memory: gauge(
                "pynomaly_plugin_memory_peak_bytes",
                "The most linear memory that one instance has had.",
                &LABELS,
            )?,
            warm: gauge("pynomaly_plugin_warm_models", "Models in memory.", &LABELS)?,
            compile,
            state: gauge(
                "pynomaly_plugin_state",
                "1 for each state that a version of that name and number is in.",
                &["plugin", "version", "state"],
            )?,
            breaker: gauge(
                "pynomaly_plugin_breaker_open",
                "0: calls pass; 1: one at a time tries; 2: none pass.",
                &LABELS,
            )?,
            labels: Mutex::default(),
        })
    }

    /// Labels are of this catalog from now on; numbers of what is not in it go.
    pub(crate) fn follow(&self, catalog: &PluginCatalog) {
        let mut next = Labels::new();
        // Several digests may call themselves the same: they are one.
        let versions: BTreeSet<_> =
            catalog.versions.iter().map(|it| (&it.name, &it.version)).collect();
        for (name, version) in versions.into_iter().take(LABELS_MAX) {
            next.entry(name.clone()).or_default().insert(version.clone());
        }
        let mut labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, versions) in labels.iter() {
            let stays = |version: &&String| next.get(name).is_some_and(|it| it.contains(*version));
            versions.iter().filter(|it| !stays(it)).for_each(|it| self.forget(name, it));
        }
        *labels = next;
    }

    /// A call that was let pass, and how it ended.
    pub(crate) fn count(
        &self,
        name: &str,
        version: &str,
        error: Option<&DetectError>,
        fuel: Option<u64>,
        took: Duration,
    ) {
        self.labelled(name, version, |labels| {
            self.calls.with_label_values(&labels).inc();
            self.durations.with_label_values(&labels).observe(took.as_secs_f64());
            if let Some(fuel) = fuel {
                self.fuel.with_label_values(&labels).inc_by(fuel);
            }
            if let Some(error) = error {
                let [name, version] = labels;
                self.errors.with_label_values(&[name, version, kind(error)]).inc();
            }
        });
    }

    pub(crate) fn count_refused(&self, name: &str, version: &str) {
        self.labelled(name, version, |labels| self.refused.with_label_values(&labels).inc());
    }

    pub(crate) fn count_degraded(&self, name: &str, version: &str) {
        self.labelled(name, version, |labels| self.degraded.with_label_values(&labels).inc());
    }

    pub(crate) fn count_trip(&self, name: &str, version: &str) {
        self.labelled(name, version, |labels| self.trips.with_label_values(&labels).inc());
    }

    /// Sets the gauges to what is true now.
    pub(super) fn look(&self, app: &App) {
        self.memory.reset();
        self.warm.reset();
        self.compile.reset();
        self.state.reset();
        self.breaker.reset();
        let now = app.clock.now();
        for (name, version, digest, state) in app.plugins.states() {
            self.labelled(&name, &version, |labels| {
                let [name, version] = labels;
                self.state.with_label_values(&[name, version, state]).set(1);
                let view = app.breakers.view(&digest, now);
                let standing = view.map_or(0, |view| match view.standing {
                    Standing::Closed => 0,
                    Standing::HalfOpen => 1,
                    Standing::Open => 2,
                });
                // Of several digests that call themselves the same, the worst.
                let breaker = self.breaker.with_label_values(&labels);
                breaker.set(breaker.get().max(standing));
                self.warm.with_label_values(&labels);
                if let Some(served) = app.engine.get_by_digest(&digest) {
                    let memory = self.memory.with_label_values(&labels);
                    let peak = i64::try_from(served.memory_peak_bytes()).unwrap_or(i64::MAX);
                    memory.set(memory.get().max(peak));
                    if let Some(took) = served.compile_time() {
                        self.compile.with_label_values(&labels).set(took.as_secs_f64());
                    }
                }
            });
        }
        for served in app.models.served().iter().filter(|served| !served.is_built_in()) {
            let descriptor = served.descriptor();
            self.labelled(&descriptor.name, &descriptor.version, |labels| {
                self.warm.with_label_values(&labels).inc();
            });
        }
    }

    /// Runs `count` with the labels of that version. What is counted of it meanwhile cannot be lost
    /// to a catalog that forgets it.
    fn labelled(&self, name: &str, version: &str, count: impl FnOnce([&str; 2])) {
        let labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = labels.get(name).is_some_and(|versions| versions.contains(version));
        count(if is_known { [name, version] } else { [OTHER, OTHER] });
    }

    fn forget(&self, name: &str, version: &str) {
        // An error means that there was nothing to forget.
        let labels = [name, version];
        for counter in [&self.calls, &self.fuel, &self.refused, &self.degraded, &self.trips] {
            let _ = counter.remove_label_values(&labels);
        }
        let _ = self.durations.remove_label_values(&labels);
        for kind in KINDS {
            let _ = self.errors.remove_label_values(&[name, version, kind]);
        }
    }
}

/// One of [`KINDS`]: how a call failed, without a word of the plugin's.
pub(crate) fn kind(error: &DetectError) -> &'static str {
    match error {
        DetectError::Call(CallError::Trap { .. }) => "trap",
        DetectError::Call(CallError::Contract(_)) => "contract",
        DetectError::Call(CallError::Limit(kind)) => kind.name(),
        DetectError::Call(CallError::Busy { .. }) => "busy",
        DetectError::Call(CallError::Cancelled) => "cancelled",
        DetectError::Call(CallError::Gone | CallError::Host(_)) => "host",
        _ => "refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_engine::LimitKind;
    use pynomaly_store::{PluginState, PluginVersion};
    use time::OffsetDateTime;

    fn catalog(versions: usize) -> PluginCatalog {
        let version = |number| PluginVersion {
            digest: format!("sha256:{number}"),
            name: "knn".into(),
            version: format!("1.{number}.0"),
            state: PluginState::Uploaded,
            reason: None,
            key_id: None,
            uploaded_by: None,
            report: None,
            cost_card: None,
            created_at: OffsetDateTime::UNIX_EPOCH,
            changed_at: OffsetDateTime::UNIX_EPOCH,
        };
        let versions = (0..versions).map(version).collect();
        PluginCatalog { revision: 1, names: Vec::new(), versions }
    }

    fn count(metrics: &PluginMetrics, version: &str) {
        let error = DetectError::Call(CallError::Limit(LimitKind::Memory(1)));
        let took = Duration::from_secs(1);
        metrics.count("knn", version, Some(&error), Some(7), took);
    }

    #[test]
    fn only_the_catalog_has_labels_and_what_goes_takes_its_numbers_along() {
        let registry = Registry::new();
        let metrics = PluginMetrics::new(&registry).unwrap();
        let text = || prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        metrics.follow(&catalog(2));
        ["1.0.0", "1.1.0", "made up"].iter().for_each(|version| count(&metrics, version));
        let line =
            "pynomaly_plugin_errors_total{kind=\"memory\",plugin=\"knn\",version=\"1.1.0\"} 1";
        assert!(text().contains(line), "{}", text());
        assert!(text().contains("calls_total{plugin=\"other\",version=\"other\"} 1"), "{}", text());
        assert!(!text().contains("made up"));
        metrics.follow(&catalog(1));
        assert!(!text().contains("1.1.0") && text().contains("1.0.0"), "{}", text());
    }

    #[test]
    fn there_are_so_many_labels_at_most() {
        let registry = Registry::new();
        let metrics = PluginMetrics::new(&registry).unwrap();
        metrics.follow(&catalog(LABELS_MAX + 1));
        (0..=LABELS_MAX).for_each(|number| count(&metrics, &format!("1.{number}.0")));
        let text = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        let calls = |line: &&str| line.starts_with("pynomaly_plugin_calls_total{");
        assert_eq!(text.lines().filter(calls).count(), LABELS_MAX + 1);
        assert!(text.contains("calls_total{plugin=\"other\",version=\"other\"} 1"), "{text}");
    }

    #[test]
    fn every_limit_is_a_kind_that_is_forgotten() {
        let limits = [
            LimitKind::Fuel(1),
            LimitKind::Wall(Duration::ZERO),
            LimitKind::Memory(1),
            LimitKind::Stack(1),
            LimitKind::Handles(1),
            LimitKind::Transfer(1),
        ];
        assert!(limits.iter().all(|limit| KINDS.contains(&limit.name())));
    }
}
