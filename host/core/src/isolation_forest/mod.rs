//! Isolation forest (Liu, Ting and Zhou, "Isolation Forest", ICDM 2008; "Isolation-Based
//! Anomaly Detection", TKDD 6(1), 2012): rows that random cuts separate early are anomalies.
//!
//! 1. Each tree draws ψ rows ([`Settings::samples`]) and cuts them at a random value of a random
//!    column, again and again, until a row is alone, rows are equal, or the depth is ⌈log₂ ψ⌉.
//! 2. A row's path length h is the number of cuts above the leaf it falls into, plus
//!    [`average_path_length`] of the training rows left together there.
//! 3. Its score is 2^(−E\[h\] / c(ψ)), the mean taken over the trees: near 1 for anomalies,
//!    below 0.5 for ordinary rows; the negative of scikit-learn's `score_samples`.
//!
//! ```
//! use pynomaly_core::{Detector, Matrix, Stop, isolation_forest::IsolationForest};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let forest = IsolationForest::default();
//! let parameters = forest.descriptor().check_parameters(&Default::default())?;
//! let training = Matrix::new(1, vec![1.0, 1.1, 0.9, 1.2, 9.0])?;
//! let scores = forest.fit(&training, &parameters, 7, Stop::NEVER)?.training_scores;
//! assert!(scores[4] > scores[0]);
//! # Ok(())
//! # }
//! ```
//!
//! Where to look: `descriptor` and `settings` say what callers may ask for; `grow` makes trees
//! out of `sample`s by a `plan`; `forest` owns them, as a `tree`'s nodes or padded
//! (`perfect`); `walk` scores; `state` writes and reads bytes.

mod descriptor;
mod forest;
mod grow;
mod parallel;
mod path_length;
mod perfect;
mod plan;
mod random;
mod sample;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

pub use descriptor::{
    COLUMNS_MAX, FOREST_SAMPLES_MAX, MAX_SAMPLES_AUTO, MINIMUM_ROWS, N_ESTIMATORS_MAX,
};
pub use forest::Forest;
pub use path_length::average_path_length;
pub use settings::Settings;
pub use state::STATE_VERSION;

use crate::{Descriptor, Detector, DetectorError, Fitted, Matrix, Model, Parameters, Stop};

/// The detector `isolation_forest`. Its results do not depend on the number of threads.
#[derive(Debug)]
pub struct IsolationForest {
    descriptor: Descriptor,
    threads: usize,
}

impl IsolationForest {
    /// A detector that fits and scores on up to `threads` threads, the caller's among them; 0
    /// counts as 1. Work too small to share stays on the caller's thread.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self { descriptor: descriptor::descriptor(), threads: threads.max(1) }
    }

    /// Grows a forest without scoring the training rows.
    ///
    /// # Errors
    /// [`DetectorError`] for fewer than [`MINIMUM_ROWS`] rows, missing values, or parameters
    /// that do not go with the shape of `training`; see [`Settings::resolve`]. Before every
    /// tree it asks `stop`.
    pub fn grow(
        &self,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        stop: Stop<'_>,
    ) -> Result<Forest, DetectorError> {
        if training.rows() < MINIMUM_ROWS as usize {
            return Err(DetectorError::InsufficientData { needed: MINIMUM_ROWS });
        }
        refuse_missing(training)?;
        let settings = Settings::resolve(parameters, training.rows(), training.columns())?;
        Forest::grow(training, &settings, seed, self.threads, stop)
    }
}

impl Default for IsolationForest {
    /// A detector that stays on the caller's thread.
    fn default() -> Self {
        Self::new(1)
    }
}

impl Detector for IsolationForest {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn fit(
        &self,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        stop: Stop<'_>,
    ) -> Result<Fitted, DetectorError> {
        let forest = self.grow(training, parameters, seed, stop)?;
        let training_scores = forest.score_complete(training, stop)?;
        Ok(Fitted { model: Box::new(forest), training_scores })
    }

    fn load(&self, state: &[u8]) -> Result<Box<dyn Model>, DetectorError> {
        Ok(Box::new(state::read(state, self.threads)?))
    }
}

impl Model for Forest {
    fn score(&self, data: &Matrix, stop: Stop<'_>) -> Result<Vec<f64>, DetectorError> {
        if data.columns() != self.columns() {
            let (given, trained) = (data.columns(), self.columns());
            let message = format!("the rows have {given} columns, the training had {trained}");
            return Err(DetectorError::InvalidInput(message));
        }
        refuse_missing(data)?;
        self.score_complete(data, stop)
    }

    fn save(&self) -> Vec<u8> {
        state::write(self)
    }
}

fn refuse_missing(data: &Matrix) -> Result<(), DetectorError> {
    match data.first_missing() {
        None => Ok(()),
        Some((row, column)) => {
            let message = format!("the value in row {row}, column {column} is missing");
            Err(DetectorError::InvalidInput(message))
        }
    }
}
