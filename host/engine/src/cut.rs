//! Where scores become verdicts.

use crate::error::DetectError;
use pynomaly_core::threshold::{self, AutoThreshold};
use serde::{Deserialize, Serialize};

/// Where scores become verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// The share of rows expected to be anomalous, in (0, 0.5].
    Contamination(f64),
    /// A score; finite.
    Threshold(f64),
    /// Whatever the training scores say of themselves.
    Auto(AutoThreshold),
}

impl Default for Cut {
    fn default() -> Self {
        Self::Contamination(threshold::CONTAMINATION_DEFAULT)
    }
}

impl Cut {
    /// Refuses what cannot be a cut, before any work is done.
    pub(crate) fn check(self) -> Result<(), DetectError> {
        match self {
            Self::Contamination(share) => Ok(threshold::check_contamination(share)?),
            Self::Threshold(score) if score.is_finite() => Ok(()),
            Self::Threshold(score) => Err(DetectError::Threshold(score)),
            Self::Auto(_) => Ok(()),
        }
    }

    pub(crate) fn threshold(self, training_scores: &[f64]) -> Result<f64, DetectError> {
        match self {
            Self::Contamination(share) => {
                Ok(threshold::from_contamination(training_scores, share)?)
            }
            Self::Threshold(score) => Ok(score),
            Self::Auto(method) => Ok(method.threshold(training_scores)?),
        }
    }
}
