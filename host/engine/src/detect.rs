//! The pipeline: make ready → fit → score → threshold → explain. A detection fits and judges the
//! same rows; a model is fitted once and judges others later.

use crate::digest::data_digest;
use crate::engine::Engine;
use crate::ensemble::{Ensemble, bind};
use crate::error::DetectError;
use crate::pipeline::is_anomaly;
use crate::pipeline::{FittedPipeline, Judgement, Judging, Learnt, Pipeline, PipelineRecord};
use crate::served::Served;
use crate::spending::Spending;
use pynomaly_core::explain::Contributions;
use pynomaly_core::preprocessing::medians;
use pynomaly_core::{Matrix, Parameters, Value};
use pynomaly_sandbox::Budget;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// One detection: these rows, judged among themselves.
#[derive(Debug, Clone)]
pub struct DetectRequest {
    /// The rows.
    pub data: Matrix,
    /// Which detector.
    pub detector_type: String,
    /// What the caller said of its parameters.
    pub parameters: BTreeMap<String, Value>,
    /// What happens before and after.
    pub pipeline: Pipeline,
    /// Source of all randomness.
    pub seed: u64,
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
    /// What was done before and after.
    pub pipeline: PipelineRecord,
    /// The seed used.
    pub seed: u64,
    /// Digest of the rows; see [`data_digest`].
    pub data_digest: String,
    /// Number of columns of the rows.
    pub columns: usize,
    /// One score per row; higher = more anomalous.
    pub scores: Vec<f64>,
    /// A row is an anomaly if its score is greater than this, unless it is suppressed.
    pub threshold: f64,
    /// For each row whether it deviates too little to be an anomaly; `None` where not asked.
    pub suppressed: Option<Vec<bool>>,
    /// Of the columns to the scores, where asked for.
    pub contributions: Option<Contributions>,
    /// Number of rows that are anomalies.
    pub anomalies: usize,
    /// Fuel burnt; `None` for native detectors.
    pub fuel_used: Option<u64>,
    /// Time spent in the detector.
    pub detector_time: Duration,
}

impl Detection {
    /// Whether a row is an anomaly: its score is above the threshold, and it is not suppressed.
    #[must_use]
    pub fn is_anomaly(&self, row: usize) -> bool {
        is_anomaly(&self.scores, self.suppressed.as_deref(), row, self.threshold)
    }
}

impl Engine {
    /// The detector that answers to `request` now: that of its name, and for an ensemble with the
    /// members that its parameters name.
    ///
    /// # Errors
    /// [`DetectError`] for an unknown detector, or wrong members.
    pub fn serving(&self, request: &DetectRequest) -> Result<Arc<Served>, DetectError> {
        let served = self.get(&request.detector_type)?;
        if !served.is_ensemble() {
            return Ok(served);
        }
        let parameters = served.descriptor().check_parameters(&request.parameters)?;
        bind(&parameters, |member| self.get(&member.detector_type)).map(Arc::new)
    }

    /// Fits the detector on the rows, takes their training scores and draws the line.
    ///
    /// # Errors
    /// [`DetectError`], naming the field at fault.
    pub fn detect(
        &self,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<Detection, DetectError> {
        self.serving(request)?.detect(request, budget)
    }

    /// The same, and keeps the fitted model and what was learnt with it.
    ///
    /// # Errors
    /// As [`Self::detect`].
    pub fn fit(
        &self,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<(FittedPipeline, Detection), DetectError> {
        self.serving(request)?.fit_request(request, budget)
    }
}

impl Served {
    /// The ensemble that `parameters`, those recorded with it, describe, of these members in their
    /// order.
    ///
    /// # Errors
    /// [`DetectError`] where they do not go together.
    pub fn ensemble_of(
        parameters: &BTreeMap<String, Value>,
        members: Vec<Arc<Self>>,
    ) -> Result<Arc<Self>, DetectError> {
        let descriptor = Ensemble::unbound().descriptor;
        let parameters = descriptor.check_parameters(parameters)?;
        let mut members = members.into_iter();
        let ensemble = bind(&parameters, |member| {
            members.next().ok_or_else(|| DetectError::UnknownDetector {
                name: member.detector_type.clone(),
                known: String::new(),
            })
        })?;
        Ok(Arc::new(ensemble))
    }

    /// Fits this version of the detector, whichever one answers to the name now, and judges the
    /// rows.
    ///
    /// # Errors
    /// As [`Engine::fit`].
    pub fn fit_request(
        self: &Arc<Self>,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<(FittedPipeline, Detection), DetectError> {
        self.fit_and_judge(request, medians(&request.data), budget)
    }

    /// Detects with this version of the detector, whichever one answers to the name now.
    ///
    /// # Errors
    /// As [`Engine::detect`].
    pub fn detect(
        self: &Arc<Self>,
        request: &DetectRequest,
        budget: &Budget,
    ) -> Result<Detection, DetectError> {
        let Pipeline { suppression, explain, .. } = &request.pipeline;
        let are_needed = *explain || !suppression.is_none();
        let medians = if are_needed { medians(&request.data) } else { Vec::new() };
        self.fit_and_judge(request, medians, budget).map(|(_, detection)| detection)
    }

    fn fit_and_judge(
        self: &Arc<Self>,
        request: &DetectRequest,
        medians: Vec<Option<f64>>,
        budget: &Budget,
    ) -> Result<(FittedPipeline, Detection), DetectError> {
        let DetectRequest { data, pipeline, seed, .. } = request;
        pipeline.check(data)?;
        let parameters = self.descriptor().check_parameters(&request.parameters)?;
        let mut spending = Spending::new(budget);
        let preprocessor = pipeline.preprocessing.fit(data)?;
        let (model, scored) = {
            let ready = preprocessor.transform(data)?;
            let fit = |left: &Budget| self.fit(&ready, &parameters, *seed, left);
            spending.call(fit, |(_, scored)| scored.fuel_used)?
        };
        let learnt = Learnt { features: pipeline.features.clone(), preprocessor, medians };
        let record = PipelineRecord::new(pipeline, self.members());
        let model = FittedPipeline::new(model, learnt, record, *seed);
        let judging = Judging {
            threshold: pipeline.cut.threshold(&scored.scores)?,
            suppression: pipeline.suppression.clone(),
            explain: pipeline.explain,
        };
        let judged = model.judged(data, scored.scores, &judging, &mut spending)?;
        let explained = judged.contributions.as_ref().map(|it| it.method);
        let record = PipelineRecord { explained, ..model.record().clone() };
        let kept = Kept { parameters, record, seed: *seed, detector_time: spending.elapsed() };
        let detection = self.detection(data, judged, judging.threshold, kept);
        Ok((model, detection))
    }

    fn detection(&self, data: &Matrix, judged: Judgement, threshold: f64, kept: Kept) -> Detection {
        let descriptor = self.descriptor();
        Detection {
            detector_type: descriptor.name.clone(),
            detector_version: descriptor.version.clone(),
            detector_digest: self.digest().to_owned(),
            parameters: kept.parameters,
            pipeline: kept.record,
            seed: kept.seed,
            data_digest: data_digest(data),
            columns: data.columns(),
            anomalies: judged.count_anomalies(threshold),
            scores: judged.scores,
            threshold,
            suppressed: judged.suppressed,
            contributions: judged.contributions,
            fuel_used: judged.fuel_used,
            detector_time: kept.detector_time,
        }
    }
}

/// What a detection says of how it was made.
struct Kept {
    parameters: Parameters,
    record: PipelineRecord,
    seed: u64,
    detector_time: Duration,
}
