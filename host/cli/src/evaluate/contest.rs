//! Every detector on the same rows.

use indicatif::ProgressBar;
use pynomaly_core::{Matrix, evaluation};
use pynomaly_engine::{Cut, DetectRequest, Detection, Engine, Pipeline, PluginState};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// The rows, and how they are judged.
pub(crate) struct Contest {
    pub(crate) data: Matrix,
    /// True for anomalies; `None` where nobody knows.
    pub(crate) labels: Option<Vec<bool>>,
    pub(crate) seed: u64,
    pub(crate) contamination: f64,
}

/// How one detector fared.
pub(crate) struct Entry {
    pub(crate) name: String,
    /// What it found, or why it found nothing.
    pub(crate) outcome: Result<Finding, String>,
}

/// What one detector found.
pub(crate) struct Finding {
    pub(crate) detection: Detection,
    /// Peak of its linear memory; `None` for native detectors, which share ours.
    pub(crate) memory_bytes: Option<usize>,
    /// Only with labels.
    pub(crate) quality: Option<Quality>,
}

/// Agreement with the labels.
pub(crate) struct Quality {
    pub(crate) roc_auc: f64,
    pub(crate) average_precision: f64,
}

impl Contest {
    /// Runs the named detectors one after the other, then ranks them. A file of the plugin folder
    /// that was refused has its row, too.
    pub(crate) fn run(&self, engine: &Engine, names: &[String]) -> Vec<Entry> {
        let mut request = DetectRequest {
            data: self.data.clone(),
            detector_type: String::new(),
            parameters: BTreeMap::new(),
            pipeline: Pipeline {
                cut: Cut::Contamination(self.contamination),
                ..Pipeline::default()
            },
            seed: self.seed,
        };
        let spinner = ProgressBar::new_spinner();
        spinner.enable_steady_tick(TICK);
        let mut entries: Vec<Entry> = names
            .iter()
            .map(|name| {
                spinner.set_message(format!("{name} …"));
                request.detector_type.clone_from(name);
                Entry { name: name.clone(), outcome: self.find(engine, &request) }
            })
            .collect();
        spinner.finish_and_clear();
        entries.extend(refused(engine));
        entries.sort_by(rank);
        entries
    }

    fn find(&self, engine: &Engine, request: &DetectRequest) -> Result<Finding, String> {
        let budget = engine.sandbox().limits().budget();
        let fitted = engine.fit(request, &budget).map_err(|error| error.to_string());
        let (model, detection) = fitted?;
        let memory_bytes = (!model.served().is_native()).then(|| model.memory_bytes());
        let quality = self.labels.as_ref().map(|labels| Quality::of(labels, &detection.scores));
        let quality = quality.transpose().map_err(|error| error.to_string())?;
        Ok(Finding { detection, memory_bytes, quality })
    }
}

impl Finding {
    /// Which rows score above the threshold.
    pub(crate) fn flags(&self) -> Vec<bool> {
        let rows = 0..self.detection.scores.len();
        rows.map(|row| self.detection.is_anomaly(row)).collect()
    }
}

impl Quality {
    fn of(labels: &[bool], scores: &[f64]) -> Result<Self, evaluation::EvaluationError> {
        Ok(Self {
            roc_auc: evaluation::roc_auc(labels, scores)?,
            average_precision: evaluation::average_precision(labels, scores)?,
        })
    }
}

/// Files of the plugin folder that serve nothing.
fn refused(engine: &Engine) -> Vec<Entry> {
    let catalog = engine.catalog();
    let refused = catalog.plugins().filter_map(|status| match &status.state {
        PluginState::Refused { reason, .. } => {
            Some(Entry { name: status.source.clone(), outcome: Err(reason.clone()) })
        }
        PluginState::Active => None,
    });
    refused.collect()
}

/// The highest average precision first, those without scores last, else by name.
fn rank(a: &Entry, b: &Entry) -> Ordering {
    let precision = |entry: &Entry| match &entry.outcome {
        Ok(finding) => finding.quality.as_ref().map_or(0.0, |it| it.average_precision),
        Err(_) => f64::NEG_INFINITY,
    };
    precision(b).total_cmp(&precision(a)).then_with(|| a.name.cmp(&b.name))
}
