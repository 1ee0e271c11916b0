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
//! The variants `fair_cut` and `extended` cut across several columns ([`Variant`]); the rest is the
//! same.
//!
//! Missing values: a column is cut within the range of the values that are there; training rows
//! without a value of it go to the side that most of the others go to, and so do rows that are
//! scored later (D. Cortes: isotree, <https://github.com/david-cortes/isotree>,
//! `missing_action = "impute"` of its single-variable model). Where no value is missing, nothing
//! differs. In the other variants that is so of rows without a value of any column of a cut, and a
//! fair cut is chosen by the rows that have all of them.
//!
//! Where to look: `descriptor` and `settings` say what callers may ask for; `grow` makes trees
//! out of `sample`s by a `plan`; `forest` owns them, as a `tree`'s nodes or padded
//! (`perfect`); `walk` scores, `explain` says why; `state` writes and reads bytes; `hyperplane` is all of that for the
//! variants.

mod descriptor;
mod explain;
mod forest;
mod grow;
mod hyperplane;
mod parallel;
mod path_length;
mod perfect;
mod plan;
mod sample;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

pub use descriptor::{
    COLUMNS_MAX, FOREST_SAMPLES_MAX, FOREST_TERMS_MAX, MAX_SAMPLES_AUTO, MINIMUM_ROWS,
    N_ESTIMATORS_MAX,
};
pub use forest::Forest;
pub use path_length::average_path_length;
pub use settings::{Settings, Variant};
pub use state::STATE_VERSION;

use crate::explain::Contributions;
use crate::{Descriptor, Detector, DetectorError, Fitted, Matrix, Model, Parameters, Stop};
use hyperplane::HyperplaneForest;

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

    /// Grows a standard forest without scoring the training rows.
    ///
    /// # Errors
    /// [`DetectorError`] for fewer than [`MINIMUM_ROWS`] rows, another variant, or parameters that
    /// do not go with the shape of `training`; see [`Settings::resolve`]. Before every tree it asks
    /// `stop`.
    pub fn grow(
        &self,
        training: &Matrix,
        parameters: &Parameters,
        seed: u64,
        stop: Stop<'_>,
    ) -> Result<Forest, DetectorError> {
        let settings = settings_for(training, parameters)?;
        if settings.variant != Variant::Standard {
            let message = "only the variant \"standard\" grows this forest".to_owned();
            return Err(DetectorError::InvalidParameter { name: "variant".into(), message });
        }
        Forest::grow(training, &settings, seed, self.threads, stop)
    }
}

/// What to grow over `training`, if anything can be.
fn settings_for(training: &Matrix, parameters: &Parameters) -> Result<Settings, DetectorError> {
    if training.rows() < MINIMUM_ROWS as usize {
        return Err(DetectorError::InsufficientData { needed: MINIMUM_ROWS });
    }
    Settings::resolve(parameters, training.rows(), training.columns())
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
        let settings = settings_for(training, parameters)?;
        let model: Box<dyn Model> = if settings.variant == Variant::Standard {
            Box::new(Forest::grow(training, &settings, seed, self.threads, stop)?)
        } else {
            Box::new(HyperplaneForest::grow(training, &settings, seed, self.threads, stop)?)
        };
        let training_scores = model.score(training, stop)?;
        Ok(Fitted { model, training_scores })
    }

    fn load(&self, state: &[u8]) -> Result<Box<dyn Model>, DetectorError> {
        if state.starts_with(&hyperplane::MAGIC) {
            return Ok(Box::new(hyperplane::read(state, self.threads)?));
        }
        Ok(Box::new(state::read(state, self.threads)?))
    }
}

impl Model for Forest {
    fn score(&self, data: &Matrix, stop: Stop<'_>) -> Result<Vec<f64>, DetectorError> {
        check_columns(data, self.columns())?;
        self.score_rows(data, stop)
    }

    fn explain(
        &self,
        data: &Matrix,
        stop: Stop<'_>,
    ) -> Result<Option<Contributions>, DetectorError> {
        check_columns(data, self.columns())?;
        explain::contributions(self, data, stop).map(Some)
    }

    fn save(&self) -> Vec<u8> {
        state::write(self)
    }
}

fn check_columns(data: &Matrix, columns: usize) -> Result<(), DetectorError> {
    if data.columns() != columns {
        let given = data.columns();
        let message = format!("the rows have {given} columns, the training had {columns}");
        return Err(DetectorError::InvalidInput(message));
    }
    Ok(())
}
