//! A call that failed, with all that it takes to make it again elsewhere. As JSON it is what a server
//! keeps and an author gets; `docs/plugins.md` says what is in it.

use crate::detect::DetectRequest;
use crate::error::DetectError;
use crate::pipeline::{FittedPipeline, Judging, Pipeline, PipelineRecord};
use crate::served::Served;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pynomaly_core::preprocessing::Features;
use pynomaly_core::{Matrix, MatrixError, Value};
use pynomaly_sandbox::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a bundle of this layout says that it is.
const FORMAT: &str = "pynomaly-bundle/1";

/// A call of a plugin that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: String,
    /// The `detector_type`, without a version.
    pub detector_type: String,
    /// Version of the detector.
    pub detector_version: String,
    /// `sha256:…` of the component that failed.
    pub detector_digest: String,
    /// What was asked for.
    pub call: BundleCall,
    /// What the caller said of the detector's parameters.
    pub parameters: BTreeMap<String, Value>,
    /// What was to be done around the detector.
    pub pipeline: PipelineRecord,
    /// What the columns are, where they have names or held texts.
    #[serde(default)]
    pub features: Features,
    /// Whether reasons were asked for.
    pub explain: bool,
    /// Source of all randomness.
    pub seed: u64,
    /// The number of columns.
    pub columns: usize,
    /// Row after row; a missing value is null.
    pub data: Vec<Option<f64>>,
    /// What the call was allowed.
    pub limits: BundleLimits,
    /// How it failed, in words.
    pub error: String,
    /// The score above which a row is an anomaly, where a model was to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) threshold: Option<f64>,
    /// Base64 of what a model has learnt, where one was to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Base64; only where whoever got the bundle may have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    component: Option<String>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BundleCall {
    /// Rows to be judged among themselves.
    Detect,
    /// A model to be fitted.
    Fit,
    /// Rows to be judged by a model.
    Score,
}

/// What a call was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleLimits {
    /// Units of fuel.
    pub fuel: u64,
    /// Milliseconds.
    pub wall_ms: u64,
    /// Bytes of linear memory.
    pub memory_bytes: u64,
    /// Bytes of call stack.
    pub stack_bytes: u64,
}

/// Why a text is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Not JSON, or not that of a bundle.
    #[error("this is no bundle: {0}")]
    Json(#[from] serde_json::Error),
    /// A layout that this program does not know.
    #[error("the bundle is {0:?}, and this program reads {FORMAT:?}")]
    Format(String),
    /// Its component or its model is no base64.
    #[error("the component or the model of the bundle: {0}")]
    Base64(#[from] base64::DecodeError),
    /// A model was to judge, and is not in it.
    #[error("the bundle has no model in it, or no threshold")]
    NoModel,
    /// Its rows are no rows.
    #[error("the rows of the bundle: {0}")]
    Rows(#[from] MatrixError),
}

impl Bundle {
    /// Of a detection or a fit that `served` failed, and what is said of that.
    #[must_use]
    pub fn new(
        call: BundleCall,
        request: &DetectRequest,
        served: &Served,
        limits: &Limits,
        error: &str,
    ) -> Self {
        let DetectRequest { data, parameters, pipeline, seed, .. } = request;
        let descriptor = served.descriptor();
        Self {
            format: FORMAT.to_owned(),
            detector_type: descriptor.name.clone(),
            detector_version: descriptor.version.clone(),
            detector_digest: served.digest().to_owned(),
            call,
            parameters: parameters.clone(),
            pipeline: PipelineRecord::new(pipeline, Vec::new()),
            features: pipeline.features.clone(),
            explain: pipeline.explain,
            seed: *seed,
            columns: data.columns(),
            data: data.values().iter().map(|it| (!it.is_nan()).then_some(*it)).collect(),
            limits: limits.into(),
            error: error.to_owned(),
            threshold: None,
            model: None,
            component: None,
        }
    }

    /// Of rows that `model`, fitted with `parameters`, failed to judge; without its state.
    #[must_use]
    pub fn of_score(
        model: &FittedPipeline,
        parameters: BTreeMap<String, Value>,
        (data, asked): (&Matrix, &Judging),
        limits: &Limits,
        error: &str,
    ) -> Self {
        let request = DetectRequest {
            data: data.clone(),
            detector_type: model.served().descriptor().name.clone(),
            parameters,
            pipeline: Pipeline {
                features: model.features().clone(),
                explain: asked.explain,
                ..Pipeline::default()
            },
            seed: model.seed(),
        };
        let suppress = asked.suppression.clone();
        let pipeline = PipelineRecord { suppress, ..model.record().clone() };
        let threshold = Some(asked.threshold);
        let bundle = Self::new(BundleCall::Score, &request, model.served(), limits, error);
        Self { pipeline, threshold, ..bundle }
    }

    /// The same with the state of the model that was to judge.
    #[must_use]
    pub fn with_model(self, state: &[u8]) -> Self {
        Self { model: Some(STANDARD.encode(state)), ..self }
    }

    /// The same with the component in it.
    #[must_use]
    pub fn with_component(self, component: &[u8]) -> Self {
        Self { component: Some(STANDARD.encode(component)), ..self }
    }

    /// The state of the model that was to judge.
    pub(crate) fn model(&self) -> Result<Vec<u8>, BundleError> {
        Ok(STANDARD.decode(self.model.as_ref().ok_or(BundleError::NoModel)?)?)
    }

    /// The component, where it is in it.
    ///
    /// # Errors
    /// [`BundleError::Base64`].
    pub fn component(&self) -> Result<Option<Vec<u8>>, BundleError> {
        self.component.as_ref().map(|text| Ok(STANDARD.decode(text)?)).transpose()
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn parse(text: &[u8]) -> Result<Self, BundleError> {
        let bundle: Self = serde_json::from_slice(text)?;
        if bundle.format == FORMAT { Ok(bundle) } else { Err(BundleError::Format(bundle.format)) }
    }

    pub(crate) fn request(&self) -> Result<DetectRequest, BundleError> {
        let values = self.data.iter().map(|it| it.unwrap_or(f64::NAN)).collect();
        let PipelineRecord { preprocessing, cut, suppress, .. } = self.pipeline.clone();
        Ok(DetectRequest {
            data: Matrix::new(self.columns, values)?,
            detector_type: self.detector_type.clone(),
            parameters: self.parameters.clone(),
            pipeline: Pipeline {
                features: self.features.clone(),
                preprocessing,
                cut: cut.unwrap_or_default(),
                suppression: suppress,
                explain: self.explain,
            },
            seed: self.seed,
        })
    }
}

impl BundleLimits {
    /// The limits to make the call under again.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let bytes = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Limits {
            fuel_max: self.fuel,
            wall_max: Duration::from_millis(self.wall_ms),
            memory_bytes_max: bytes(self.memory_bytes),
            stack_bytes_max: bytes(self.stack_bytes),
            ..Limits::default()
        }
    }
}

impl From<&Limits> for BundleLimits {
    fn from(limits: &Limits) -> Self {
        Self {
            fuel: limits.fuel_max,
            wall_ms: u64::try_from(limits.wall_max.as_millis()).unwrap_or(u64::MAX),
            memory_bytes: limits.memory_bytes_max as u64,
            stack_bytes: limits.stack_bytes_max as u64,
        }
    }
}

impl DetectError {
    /// Whether the plugin is to blame: it trapped, ran into a limit, or broke the contract.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        use pynomaly_sandbox::CallError;
        let Self::Call(error) = self else { return false };
        matches!(error, CallError::Limit(_) | CallError::Trap { .. } | CallError::Contract(_))
    }
}
