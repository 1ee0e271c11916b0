//! The pipeline: fit → score → threshold. A detection fits and judges the same rows; a model is
//! fitted once and judges others later.

use crate::digest::data_digest;
use crate::engine::Engine;
use crate::error::DetectError;
use crate::served::{FittedModel, Served};
use pynomaly_core::threshold;
use pynomaly_core::{Matrix, Parameters, Value};
use pynomaly_sandbox::Budget;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One detection: these rows, judged among themselves.
#[derive(Debug, Clone)]
pub struct DetectRequest {
    /// The rows.
    pub data: Matrix,
    /// Which detector.
    pub detector_type: String,
    /// What the caller said of its parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Where scores become verdicts.
    pub cut: Cut,
    /// Source of all randomness.
    pub seed: u64,
}

/// Where scores become verdicts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// The share of rows expected to be anomalous, in (0, 0.5].
    Contamination(f64),
    /// A score; finite.
    Threshold(f64),
}

impl Default for Cut {
    fn default() -> Self {
        Self::Contamination(threshold::CONTAMINATION_DEFAULT)
    }
}

/// What a detection found, and everything needed to find it again bit for bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// The `detector_type`.
    pub detector_type: String,
    /// Version of the detector that computed the scores.
    pub detector_version: String,
    /// What exactly computed them; see [`crate::Served::digest`].
    pub detector_digest: String,
    /// Parameters as used, defaults filled in.
    pub parameters: Parameters,
    /// The seed used.
    pub seed: u64,
    /// Digest of the rows; see [`data_digest`].
    pub data_digest: String,
    /// Number of columns of the rows.
    pub columns: usize,
    /// One score per row; higher = more anomalous.
    pub scores: Vec<f64>,
    /// A row is an anomaly if its score is greater than this.
    pub threshold: f64,
    /// Number of rows whose score is greater than the threshold.
    pub anomalies: usize,
    /// Fuel burnt; `None` for native detectors.
    pub fuel_used: Option<u64>,
    /// Time spent in the detector.
    pub detector_time: Duration,
}

impl Detection {
    /// Whether a row with this score is an anomaly.
    #[must_use]
    pub fn is_anomaly(&self, score: f64) -> bool {
        score > self.threshold
    }
}

impl Engine {
    /// Fits the detector on the rows, takes their training scores and draws the line.
    ///
    /// # Errors
    /// [`DetectError`], naming the field at fault.
    pub fn detect(
        &self,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<Detection, DetectError> {
        request.cut.check()?;
        let served = self.get(&request.detector_type)?;
        served.fit_and_judge(request, budget).map(|(_, detection)| detection)
    }

    /// The same, and keeps the fitted model.
    ///
    /// # Errors
    /// As [`Self::detect`].
    pub fn fit(
        &self,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<(FittedModel, Detection), DetectError> {
        request.cut.check()?;
        self.get(&request.detector_type)?.fit_and_judge(request, budget)
    }
}

impl Served {
    /// Detects with this version of the detector, whichever one answers to the name now.
    ///
    /// # Errors
    /// As [`Engine::detect`].
    pub fn detect(
        self: &Arc<Self>,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<Detection, DetectError> {
        request.cut.check()?;
        self.fit_and_judge(request, budget).map(|(_, detection)| detection)
    }

    fn fit_and_judge(
        self: &Arc<Self>,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<(FittedModel, Detection), DetectError> {
        let descriptor = self.descriptor();
        let parameters = descriptor.check_parameters(&request.parameters)?;
        let started = Instant::now();
        let (model, scored) = self.fit(&request.data, &parameters, request.seed, budget)?;
        let detector_time = started.elapsed();
        let threshold = request.cut.threshold(&scored.scores)?;
        let detection = Detection {
            detector_type: descriptor.name.clone(),
            detector_version: descriptor.version.clone(),
            detector_digest: self.digest().to_owned(),
            parameters,
            seed: request.seed,
            data_digest: data_digest(&request.data),
            columns: request.data.columns(),
            anomalies: count_anomalies(&scored.scores, threshold),
            scores: scored.scores,
            threshold,
            fuel_used: scored.fuel_used,
            detector_time,
        };
        Ok((model, detection))
    }
}

/// How many of `scores` are greater than `threshold`.
#[must_use]
pub fn count_anomalies(scores: &[f64], threshold: f64) -> usize {
    scores.iter().filter(|score| **score > threshold).count()
}

impl Cut {
    /// Refuses what cannot be a cut, before any work is done.
    fn check(self) -> Result<(), DetectError> {
        match self {
            Self::Contamination(share) => Ok(threshold::check_contamination(share)?),
            Self::Threshold(score) if score.is_finite() => Ok(()),
            Self::Threshold(score) => Err(DetectError::Threshold(score)),
        }
    }

    fn threshold(self, training_scores: &[f64]) -> Result<f64, DetectError> {
        match self {
            Self::Contamination(share) => {
                Ok(threshold::from_contamination(training_scores, share)?)
            }
            Self::Threshold(score) => Ok(score),
        }
    }
}
