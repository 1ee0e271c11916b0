//! One budget for several calls.

use crate::error::DetectError;
use pynomaly_sandbox::{Budget, CallError, LimitKind};
use std::time::{Duration, Instant};

/// What is left of a budget after each call.
pub(crate) struct Spending {
    budget: Budget,
    started: Instant,
    /// `None` until something metered has run.
    fuel_used: Option<u64>,
}

impl Spending {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { budget: budget.clone(), started: Instant::now(), fuel_used: None }
    }

    /// Runs one call with what is left. `cost` says what it burnt, where it is metered.
    ///
    /// # Errors
    /// Those of the call; a limit is named as the whole budget, not as what was left of it.
    pub(crate) fn call<T>(
        &mut self,
        call: impl FnOnce(&Budget) -> Result<T, DetectError>,
        cost: impl FnOnce(&T) -> Option<u64>,
    ) -> Result<T, DetectError> {
        let left = Budget {
            fuel: self.budget.fuel.saturating_sub(self.fuel_used.unwrap_or(0)),
            wall: self.budget.wall.saturating_sub(self.elapsed()),
            cancel: self.budget.cancel.clone(),
            meter: self.budget.meter.clone(),
        };
        let answer = call(&left).map_err(|error| self.whole(error))?;
        if let Some(fuel) = cost(&answer) {
            self.fuel_used = Some(self.fuel_used.unwrap_or(0).saturating_add(fuel));
        }
        Ok(answer)
    }

    pub(crate) fn fuel_used(&self) -> Option<u64> {
        self.fuel_used
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn whole(&self, error: DetectError) -> DetectError {
        let spent = self.fuel_used.unwrap_or(0);
        let kind = match error {
            DetectError::Call(CallError::Limit(LimitKind::Fuel(left))) => {
                LimitKind::Fuel(left.saturating_add(spent))
            }
            DetectError::Call(CallError::Limit(LimitKind::Wall(_))) => {
                LimitKind::Wall(self.budget.wall)
            }
            other => return other,
        };
        DetectError::Call(CallError::Limit(kind))
    }
}
