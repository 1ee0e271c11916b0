//! What calls cost, as a function of rows and columns.
//!
//! Fuel and memory are counted and the same on every machine; time is measured on one, and means
//! little on another. The formulas are fitted to a grid of tables (`measure.rs`) and checked at
//! others that they have not seen, some of them larger: the greatest error there stands in the
//! card.

mod formula;
mod least_squares;
mod measure;

pub use formula::{Coefficient, Formula, Term};
pub(crate) use measure::measure;

use pynomaly_core::{Parameters, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many times the greatest number of rows measured a prediction is trusted for, if a call is to
/// be refused for it. A larger table counts as one of that size, which costs no more.
pub const TRUSTED_ROWS_FACTOR: u64 = 16;
/// The same for columns.
pub const TRUSTED_COLUMNS_FACTOR: u64 = 4;
/// A formula that was off by more than this, as a part of the truth, refuses nothing.
pub const TRUSTED_ERROR_MAX: f64 = 1.0;
/// How many times a call may be cheaper than a prediction without error: rows of other shape than
/// those measured, of which more can be passed over.
pub const MARGIN: f64 = 2.0;

/// What a detector's calls cost, with the parameters it was measured under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostCard {
    /// `sha256:…` of the component that was measured.
    pub digest: String,
    /// The parameters that it was measured under, defaults filled in: with others, calls may cost
    /// more or less.
    pub parameters: BTreeMap<String, Value>,
    /// The greatest number of rows that was measured.
    pub rows_max: u64,
    /// The greatest number of columns that was measured.
    pub columns_max: u64,
    /// Learning from a table and judging its rows.
    pub fit: CallCost,
    /// Judging a table with a model that was learnt from as many rows.
    pub score: CallCost,
}

/// What one kind of call costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallCost {
    /// Units of fuel. Deterministic.
    pub fuel: Formula,
    /// Bytes of linear memory at their peak. Deterministic.
    pub memory_bytes: Formula,
    /// Wall time a unit of fuel, in nanoseconds: a median of measurements on the machine where the
    /// card was made. Finite and at least 0.
    #[serde(deserialize_with = "formula::magnitude")]
    pub nanoseconds_per_fuel: f64,
}

/// What one call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Units of fuel.
    pub fuel: u64,
    /// Bytes of linear memory at their peak.
    pub memory_bytes: u64,
    /// Wall time on the machine where the card was made.
    pub time: Duration,
}

impl CostCard {
    /// Whether it was measured under these very parameters.
    #[must_use]
    pub fn is_for(&self, parameters: &Parameters) -> bool {
        let mut given = parameters.iter();
        parameters.iter().count() == self.parameters.len()
            && given.all(|(name, value)| self.parameters.get(name) == Some(value))
    }

    /// What a fit of so many rows and columns is expected to cost.
    #[must_use]
    pub fn predict(&self, rows: usize, columns: usize) -> Cost {
        self.fit.predict(rows, columns)
    }

    /// What scoring so many rows is expected to cost, with a model learnt from as many.
    #[must_use]
    pub fn predict_score(&self, rows: usize, columns: usize) -> Cost {
        self.score.predict(rows, columns)
    }

    /// What a fit of so many rows and columns costs at the very least, as far as the card can be
    /// trusted with that; 0 where it cannot. It is the prediction, divided by [`MARGIN`] and by 1
    /// plus the formula's error, for no more rows and columns than [`TRUSTED_ROWS_FACTOR`] and
    /// [`TRUSTED_COLUMNS_FACTOR`] times those measured.
    #[must_use]
    pub fn floor(&self, rows: usize, columns: usize) -> Cost {
        let rows = (rows as u64).min(self.rows_max.saturating_mul(TRUSTED_ROWS_FACTOR));
        let columns = (columns as u64).min(self.columns_max.saturating_mul(TRUSTED_COLUMNS_FACTOR));
        let fuel = floor(&self.fit.fuel, rows, columns);
        let memory_bytes = floor(&self.fit.memory_bytes, rows, columns);
        Cost { fuel, memory_bytes, time: self.fit.time(fuel) }
    }
}

impl CallCost {
    fn predict(&self, rows: usize, columns: usize) -> Cost {
        let (rows, columns) = (rows as u64, columns as u64);
        let fuel = whole(self.fuel.at(rows, columns));
        let memory_bytes = whole(self.memory_bytes.at(rows, columns));
        Cost { fuel, memory_bytes, time: self.time(fuel) }
    }

    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    fn time(&self, fuel: u64) -> Duration {
        Duration::from_nanos(whole(fuel as f64 * self.nanoseconds_per_fuel))
    }
}

fn floor(formula: &Formula, rows: u64, columns: u64) -> u64 {
    match formula.error() {
        Some(error) if error <= TRUSTED_ERROR_MAX => {
            whole(formula.at(rows, columns) / (MARGIN * (1.0 + error)))
        }
        _ => 0,
    }
}

/// The whole part, or the greatest number there is: a float of any size becomes one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn whole(value: f64) -> u64 {
    value as u64
}

#[cfg(test)]
mod tests;
