//! What a detector is.

use crate::{Error, Matrix, parameters};

/// One anomaly-detection algorithm.
pub trait Detector: Sized + 'static {
    /// Its parameters; derive them with `#[derive(Parameters)]`, or use `()` for none.
    type Parameters: parameters::Parameters;
    /// What fitting gives.
    type Model: Model;

    /// What it says of itself.
    const ABOUT: About;

    /// Learns from `training`, which has at least `ABOUT.minimum_rows` rows and no infinite
    /// value. All randomness comes from `seed`.
    ///
    /// # Errors
    /// [`Error`] where these rows or parameters allow no model. Never panic for data.
    fn fit(
        training: &Matrix<'_>,
        parameters: Self::Parameters,
        seed: u64,
    ) -> Result<Fitted<Self::Model>, Error>;
}

/// A fitted detector. It does not change: each row has the same score alone and among others.
pub trait Model: Sized + 'static {
    /// One finite score per row; higher means more anomalous.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where `data` has not as many columns as the training rows.
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error>;

    /// The whole state as portable bytes; see [`crate::state`].
    fn save(&self) -> Vec<u8>;

    /// Rebuilds the model from bytes of [`Model::save`].
    ///
    /// # Errors
    /// [`Error::BadState`] for bytes that are damaged, foreign, or of another version.
    fn load(state: &[u8]) -> Result<Self, Error>;
}

/// What [`Detector::fit`] gives.
#[derive(Debug)]
pub struct Fitted<M> {
    /// The model.
    pub model: M,
    /// One score per training row. A neighbour method leaves the row itself out, so these may
    /// differ from `model.score` of the same rows.
    pub training_scores: Vec<f64>,
}

/// What rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Rows stand for themselves.
    Tabular,
    /// Rows are moments of a series, oldest first.
    TimeSeries,
}

/// What a detector says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The `detector_type`: 1 to 64 of `a-z`, `0-9` and `_`, not starting with a digit.
    pub name: &'static str,
    /// Semantic version; raise it with every change of a bit of a score.
    pub version: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The paper or book that defines the method.
    pub reference: &'static str,
    /// What rows are.
    pub task: Task,
    /// Whether NaN may stand for a missing value.
    pub accepts_missing: bool,
    /// The least number of training rows; at least 1.
    pub minimum_rows: u32,
    /// Version of the format of [`Model::save`].
    pub state_version: u32,
    /// Further facts by name, each at most once. Two names have a meaning today, both for
    /// `pynomaly plugin check`: `auc-floor`, the least ROC AUC that you vouch for on every labelled
    /// sample of the kit (a number within [0, 1]; absent: 0.5), and `scale-invariant`, whether a
    /// positive factor on a column changes no score (`true` or `false`; absent: `false`).
    pub extra: &'static [(&'static str, &'static str)],
}

impl About {
    /// For `..About::TABULAR`: independent rows, none missing, at least one row, first format,
    /// no further facts.
    pub const TABULAR: Self = Self {
        name: "",
        version: "",
        summary: "",
        reference: "",
        task: Task::Tabular,
        accepts_missing: false,
        minimum_rows: 1,
        state_version: 1,
        extra: &[],
    };
}
