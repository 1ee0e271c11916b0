//! What surrounds the detector: rows are made ready, scores become verdicts and reasons.
//!
//! What was asked for is in a [`PipelineRecord`], which goes to the database with the detection or
//! the model; what a model learnt is [`Learnt`] and part of its saved state. Whoever reads them
//! months later does the same again.

mod explain;
mod fitted;
mod record;
mod state;

pub(crate) use fitted::is_anomaly;
pub use fitted::{FittedPipeline, Judgement, Judging};
pub use record::{InsteadOf, PipelineRecord};
pub use state::Learnt;

use crate::cut::Cut;
use crate::error::DetectError;
use pynomaly_core::Matrix;
use pynomaly_core::preprocessing::{Features, Preprocessing};
use pynomaly_core::suppression::Suppression;

/// What is asked for around the detector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pipeline {
    /// What the columns of the rows are, which are numbers by now.
    pub features: Features,
    /// What happens to the rows before the detector sees them.
    pub preprocessing: Preprocessing,
    /// Where scores become verdicts.
    pub cut: Cut,
    /// Deviations too small to be anomalies.
    pub suppression: Suppression,
    /// Whether each score comes with the contributions of the columns.
    pub explain: bool,
}

impl Pipeline {
    /// Refuses what makes no sense for these rows, before any work is done.
    pub(crate) fn check(&self, data: &Matrix) -> Result<(), DetectError> {
        self.cut.check()?;
        self.suppression.check(self.features.columns(data.columns()))?;
        if self.explain {
            pynomaly_core::explain::check(data.rows(), data.columns())?;
        }
        Ok(())
    }
}
