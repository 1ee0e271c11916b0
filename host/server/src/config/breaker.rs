//! When a plugin that fails is not called any more.

use super::read::{ConfigError, Reader};
use super::variables as names;
use crate::limits::Limits;
use std::time::Duration;

/// `limits` with what is said of breakers.
pub(super) fn breaker(read: &Reader, limits: Limits) -> Result<Limits, ConfigError> {
    let seconds = |variable| read.integer(variable, 1, 86_400).map(Duration::from_secs);
    let percent = read.integer(&names::BREAKER_FAULTS, 1, 100)?;
    let breaker_pause_first = seconds(&names::BREAKER_PAUSE)?;
    Ok(Limits {
        breaker_is_on: read.boolean(&names::BREAKER)?,
        breaker_window: seconds(&names::BREAKER_WINDOW)?,
        breaker_calls_min: read.integer(&names::BREAKER_CALLS, 1, 1_000_000)?,
        breaker_faults_percent: u8::try_from(percent).unwrap_or(100),
        breaker_failures_max: read.integer(&names::BREAKER_FAILURES, 1, 1_000_000_000)?,
        breaker_pause_first,
        breaker_pause_max: seconds(&names::BREAKER_PAUSE_MAX)?.max(breaker_pause_first),
        ..limits
    })
}
