//! Why there is no report, and how a check ends.

use pynomaly_core::ParameterError;
use pynomaly_sandbox::{CallError, LoadError, SandboxError};

/// Why a component has no report at all.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// It is no plugin that could be tried.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The second sandbox, in which every NaN has the same bits, cannot be made.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The parameters of the options are none of this plugin's.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Whoever asked gave up.
    #[error("the checks were cancelled")]
    Cancelled,
    /// The host could not run a call, which says nothing of the plugin: among others, all its
    /// instances are in use.
    #[error(transparent)]
    Host(CallError),
}

/// How a check ends early.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The promise is broken; the cause, for the author.
    Failed(String),
    /// The promise is not this plugin's; why not.
    NotApplicable(String),
    /// No fault of the plugin's: the run ends.
    Run(KitError),
}

impl Ended {
    /// The same, its cause led in by what it is of.
    pub(crate) fn of(self, what: &str) -> Self {
        match self {
            Self::Failed(cause) => Self::Failed(format!("{what}: {cause}")),
            other => other,
        }
    }
}

/// What a check gives: a remark for the report, which may be empty.
pub(crate) type Checked = Result<String, Ended>;

/// For `return failed(…)`.
pub(crate) fn failed<T>(cause: impl Into<String>) -> Result<T, Ended> {
    Err(Ended::Failed(cause.into()))
}

/// Fails with `cause` unless `holds`.
pub(crate) fn ensure(holds: bool, cause: impl FnOnce() -> String) -> Result<(), Ended> {
    if holds { Ok(()) } else { Err(Ended::Failed(cause())) }
}
