//! What is left of a run's fuel and time.

use crate::error::{Ended, KitError};
use crate::options::{Form, Options};
use pynomaly_sandbox::{Budget, CallError, LimitKind, Limits};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The budget of a whole run. Calls from several threads may draw on it.
pub(crate) struct Purse {
    fuel_left: AtomicU64,
    started: Instant,
    wall_max: Duration,
    cancel: Option<Arc<AtomicBool>>,
}

impl Purse {
    pub(crate) fn new(form: Form, options: &Options, started: Instant) -> Self {
        Self {
            fuel_left: AtomicU64::new(options.fuel_max.unwrap_or(form.fuel_max())),
            started,
            wall_max: options.wall_max.unwrap_or(form.wall_max()),
            cancel: options.cancel.clone(),
        }
    }

    /// What the next call may use: no more than is left, nor than a call may use at all.
    pub(crate) fn budget(&self, limits: &Limits) -> Result<Budget, Ended> {
        let budget = Budget {
            fuel: limits.fuel_max.min(self.fuel_left.load(Ordering::Relaxed)),
            wall: limits.wall_max.min(self.wall_max.saturating_sub(self.started.elapsed())),
            cancel: self.cancel.clone(),
            meter: None,
        };
        if budget.is_cancelled() {
            return Err(Ended::Run(KitError::Cancelled));
        }
        if budget.fuel == 0 || budget.wall.is_zero() {
            return Err(Ended::Failed("not tried: the run's fuel or time is used up".into()));
        }
        Ok(budget)
    }

    pub(crate) fn pay(&self, fuel: u64) {
        let less = |left: u64| Some(left.saturating_sub(fuel));
        // The closure always gives a value, so this cannot fail.
        let _ = self.fuel_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// What the plugin itself answered. A call that used up all its fuel is paid for here; what
    /// others used that failed is not known.
    pub(crate) fn settle<T>(
        &self,
        outcome: Result<T, CallError>,
    ) -> Result<Result<T, CallError>, Ended> {
        match outcome {
            Err(CallError::Cancelled) => Err(Ended::Run(KitError::Cancelled)),
            Err(error @ (CallError::Busy { .. } | CallError::Host(_))) => {
                Err(Ended::Run(KitError::Host(error)))
            }
            Err(error @ CallError::Limit(LimitKind::Fuel(all))) => {
                self.pay(all);
                Ok(Err(error))
            }
            outcome => Ok(outcome),
        }
    }
}
