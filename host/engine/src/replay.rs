//! A call out of a bundle, made again.

use crate::bundle::{Bundle, BundleCall, BundleError};
use crate::detect::DetectRequest;
use crate::error::DetectError;
use crate::pipeline::{FittedPipeline, Judging, PipelineRecord};
use crate::served::Served;
use pynomaly_core::Matrix;
use pynomaly_sandbox::Budget;
use std::sync::Arc;

/// What came of a call that was made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Rows that have a score.
    pub scores: usize,
    /// Rows that are anomalies.
    pub anomalies: usize,
}

/// A call that can be made again, as often as that is of use.
pub struct Replay {
    request: DetectRequest,
    call: BundleCall,
    /// State, record and question of a model that was to judge.
    model: Option<(Vec<u8>, PipelineRecord, Judging)>,
}

impl Replay {
    /// The call that `bundle` is of.
    ///
    /// # Errors
    /// [`BundleError`].
    pub fn new(bundle: &Bundle) -> Result<Self, BundleError> {
        let request = bundle.request()?;
        let model = match bundle.call {
            BundleCall::Detect | BundleCall::Fit => None,
            BundleCall::Score => {
                let judging = Judging {
                    threshold: bundle.threshold.ok_or(BundleError::NoModel)?,
                    suppression: bundle.pipeline.suppress.clone(),
                    explain: bundle.explain,
                };
                Some((bundle.model()?, bundle.pipeline.clone(), judging))
            }
        };
        Ok(Self { request, call: bundle.call, model })
    }

    /// The rows.
    #[must_use]
    pub fn data(&self) -> &Matrix {
        &self.request.data
    }

    /// The same calls of `served` that the server made.
    ///
    /// # Errors
    /// [`DetectError`].
    pub fn run(&self, served: &Arc<Served>, budget: &Budget) -> Result<Answered, DetectError> {
        if let Some((state, record, judging)) = &self.model {
            let (columns, kept) =
                (self.request.data.columns(), (record.clone(), self.request.seed));
            let model = FittedPipeline::load(served, state, columns, kept, budget)?;
            let found = model.judge(&self.request.data, judging, budget)?;
            let anomalies = found.count_anomalies(judging.threshold);
            return Ok(Answered { scores: found.scores.len(), anomalies });
        }
        let found = match self.call {
            BundleCall::Fit => {
                let (model, found) = served.fit_request(&self.request, budget)?;
                model.save(budget).map(|_| found)?
            }
            _ => served.detect(&self.request, budget)?,
        };
        Ok(Answered { scores: found.scores.len(), anomalies: found.anomalies })
    }
}
