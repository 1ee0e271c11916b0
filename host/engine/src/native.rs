//! Bounds on detectors that run in this process, and so without a sandbox.

use crate::error::DetectError;
use pynomaly_core::{DetectorError, Stop};
use pynomaly_sandbox::{Budget, CallError, LimitKind};
use std::time::Instant;

/// Runs `compute`, which stops at the budget's deadline or when the budget is cancelled. Fuel does
/// not count here.
pub(crate) fn bounded<T>(
    budget: &Budget,
    compute: impl FnOnce(Stop<'_>) -> Result<T, DetectorError>,
) -> Result<T, DetectError> {
    let deadline = budget.deadline(Instant::now());
    let is_late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
    let is_time = || budget.is_cancelled() || is_late();
    compute(Stop::when(&is_time)).map_err(|error| match error {
        DetectorError::Stopped if budget.is_cancelled() => DetectError::Call(CallError::Cancelled),
        DetectorError::Stopped => DetectError::Call(CallError::Limit(LimitKind::Wall(budget.wall))),
        error => DetectError::Detector(error),
    })
}
