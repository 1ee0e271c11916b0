//! Why a detection has no answer, and why a plugin was not installed.

use pynomaly_core::explain::TooMuchToExplain;
use pynomaly_core::preprocessing::PreprocessingError;
use pynomaly_core::suppression::SuppressionError;
use pynomaly_core::threshold::ThresholdError;
use pynomaly_core::{DetectorError, ParameterError};
use pynomaly_sandbox::{CallError, LoadError};
use std::fmt;

/// Why [`crate::Engine::detect`] has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// No detector answers to that `detector_type`.
    #[error("there is no detector `{name}`; there are: {known}")]
    UnknownDetector {
        /// The `detector_type` asked for.
        name: String,
        /// Every `detector_type` there is, for the message.
        known: String,
    },
    /// Several digests call themselves that version.
    #[error("`{detector_type}` may be any of {digests}: name the digest")]
    AmbiguousVersion {
        /// The `detector_type` asked for.
        detector_type: String,
        /// Those that it may be, for the message.
        digests: String,
    },
    /// A parameter is unknown or out of range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The contamination is out of range.
    #[error(transparent)]
    Contamination(#[from] ThresholdError),
    /// The threshold is no number.
    #[error("threshold must be a finite number, not {0}")]
    Threshold(f64),
    /// Rows cannot be scaled or filled in.
    #[error(transparent)]
    Preprocessing(#[from] PreprocessingError),
    /// The sizes of what is to be suppressed make no sense.
    #[error(transparent)]
    Suppression(#[from] SuppressionError),
    /// More values than can be explained at a time.
    #[error(transparent)]
    TooMuchToExplain(#[from] TooMuchToExplain),
    /// The model was kept without the medians that deviations and contributions are measured from.
    #[error("the model keeps no medians of its training columns: fit it again")]
    NoMedians,
    /// A missing value, and the detector accepts none. Counted from 0.
    #[error("the value in row {row}, column {column} is missing, and `{name}` accepts none")]
    Missing {
        /// The detector.
        name: String,
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
    },
    /// Fewer rows than the detector needs.
    #[error("`{name}` needs at least {needed} rows and got {given}")]
    TooFewRows {
        /// The detector.
        name: String,
        /// Rows needed.
        needed: u32,
        /// Rows given.
        given: usize,
    },
    /// The detector's cost card foretells that the call would run into a limit; it was not begun.
    #[error(
        "`{name}` needs at least {expected} {resource} for {rows} × {columns}, and may use {limit}"
    )]
    TooCostly {
        /// The detector.
        name: String,
        /// Rows given.
        rows: usize,
        /// Columns given.
        columns: usize,
        /// What there is too little of.
        resource: Resource,
        /// What the call needs at the very least.
        expected: u64,
        /// What it may use.
        limit: u64,
    },
    /// The detector itself refused.
    #[error(transparent)]
    Detector(#[from] DetectorError),
    /// The plugin trapped, ran into a limit, or broke the contract.
    #[error(transparent)]
    Call(CallError),
}

/// What a call uses up, and a cost card foretells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Units of fuel.
    Fuel,
    /// Bytes of linear memory.
    Memory,
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Fuel => "units of fuel",
            Self::Memory => "bytes of memory",
        })
    }
}

impl From<CallError> for DetectError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Detector(error) => Self::Detector(error),
            other => Self::Call(other),
        }
    }
}

/// Why a component was not installed. What served before serves on.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The sandbox refused it.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The name belongs to a detector of the host itself.
    #[error("the name `{0}` belongs to a detector of the host")]
    Reserved(String),
    /// Another source already serves that name.
    #[error("the name `{name}` is already served by `{source_name}`")]
    Conflict {
        /// The detector's name.
        name: String,
        /// The source that serves it.
        source_name: String,
    },
    /// As many plugins as allowed are installed.
    #[error("{limit} plugins are installed, which is the limit")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Nobody has the component of that digest.
    #[error("the component {0} is not there")]
    Missing(String),
    /// Nothing is done with it any more.
    #[error("the component {0} is in quarantine")]
    Quarantined(String),
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Read(std::io::Error),
}

impl InstallError {
    /// Whether another time the same bytes may be welcome: it is not they that are at fault.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Load(error) if error.is_passing())
    }
}
