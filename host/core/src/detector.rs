//! What every detector can do, whoever runs it.

use crate::explain::Contributions;
use crate::{Descriptor, Matrix, Parameters, Stop};

/// A detector that runs in this process, trusted. Plugins have the same shape behind the
/// sandbox, where each call also has a budget.
pub trait Detector: Send + Sync {
    /// What this detector says of itself.
    fn descriptor(&self) -> &Descriptor;

    /// Learns from `training`. All randomness comes from `seed`; the same arguments give the
    /// same bits.
    ///
    /// # Errors
    /// [`DetectorError`], never a panic, whatever the rows are; [`DetectorError::Stopped`] soon
    /// after `stop` says so.
    fn fit(
        &self,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        stop: Stop<'_>,
    ) -> Result<Fitted, DetectorError>;

    /// Rebuilds a model from bytes that [`Model::save`] wrote.
    ///
    /// # Errors
    /// [`DetectorError::BadState`] for bytes that are damaged, foreign or of another version.
    fn load(&self, state: &[u8]) -> Result<Box<dyn Model>, DetectorError>;
}

/// A fitted detector. Scoring does not change it.
pub trait Model: Send + Sync {
    /// One finite score per row; higher means more anomalous.
    ///
    /// # Errors
    /// [`DetectorError::InvalidInput`] where the number of columns is not that of the training;
    /// [`DetectorError::Stopped`] soon after `stop` says so.
    fn score(&self, data: &Matrix, stop: Stop<'_>) -> Result<Vec<f64>, DetectorError>;

    /// Contributions of the columns, exactly, where the method allows it: row after row, each
    /// row's summing to its score less that of an unremarkable row. `None` where it does not;
    /// [`crate::explain::shapley`] then asks for scores alone.
    ///
    /// # Errors
    /// As [`Self::score`].
    fn explain(
        &self,
        _data: &Matrix,
        _stop: Stop<'_>,
    ) -> Result<Option<Contributions>, DetectorError> {
        Ok(None)
    }

    /// The whole state as portable bytes; the same model gives the same bytes.
    fn save(&self) -> Vec<u8>;
}

/// What [`Detector::fit`] gives back.
pub struct Fitted {
    /// The model.
    pub model: Box<dyn Model>,
    /// One score per training row.
    pub training_scores: Vec<f64>,
}

/// Why a detector has no answer. Mirrors `error` of `wit/1.0/types.wit`; only [`Self::Stopped`] is
/// not in it, because a sandbox does not ask its guest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetectorError {
    /// A parameter that is wrong in these circumstances.
    #[error("parameter `{name}`: {message}")]
    InvalidParameter {
        /// The parameter's name.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// Rows that cannot be used as they are.
    #[error("{0}")]
    InvalidInput(String),
    /// Fewer rows than needed.
    #[error("at least {needed} rows are needed")]
    InsufficientData {
        /// The number that is needed.
        needed: u32,
    },
    /// Bytes that are no state of this detector.
    #[error("the state cannot be read: {0}")]
    BadState(String),
    /// No finite answer on this data.
    #[error("{0}")]
    Numerical(String),
    /// The caller wished it to end.
    #[error("stopped before the end")]
    Stopped,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}
