//! Parameters, made definite by the shape of the training rows.

use super::descriptor::{COLUMNS_MAX, FOREST_SAMPLES_MAX, MAX_SAMPLES_AUTO, N_ESTIMATORS_DEFAULT};
use crate::{DetectorError, Parameters, Value};

/// What growing a forest takes, in definite numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Number of trees; at least 1.
    pub trees: usize,
    /// Rows that each tree draws: ψ; at least 1, at most all.
    pub samples: u32,
    /// Columns that each tree draws; at least 1, at most all.
    pub features: usize,
    /// Whether rows are drawn with replacement.
    pub bootstrap: bool,
}

impl Settings {
    /// What `parameters` mean for `rows` training rows of `columns` columns, by scikit-learn's
    /// rules. An absent parameter has its default.
    ///
    /// # Errors
    /// [`DetectorError::InvalidParameter`] for more columns than there are, or more than
    /// [`FOREST_SAMPLES_MAX`] rows drawn in all; [`DetectorError::InvalidInput`] for more than
    /// [`COLUMNS_MAX`] columns.
    pub fn resolve(
        parameters: &Parameters,
        rows: usize,
        columns: usize,
    ) -> Result<Self, DetectorError> {
        if columns > COLUMNS_MAX as usize {
            let message = format!("{columns} columns are more than {COLUMNS_MAX}");
            return Err(DetectorError::InvalidInput(message));
        }
        let trees = match parameters.get("n_estimators") {
            None => N_ESTIMATORS_DEFAULT as usize,
            Some(value) => positive("n_estimators", value)?,
        };
        let samples = match parameters.get("max_samples") {
            None | Some(Value::Text(_)) => MAX_SAMPLES_AUTO.min(rows),
            Some(Value::Number(share)) => part(*share, rows),
            Some(value) => positive("max_samples", value)?.min(rows),
        };
        let features = match parameters.get("max_features") {
            None => columns,
            Some(Value::Number(share)) => part(*share, columns),
            Some(value) => positive("max_features", value)?,
        };
        if features > columns {
            return Err(invalid("max_features", format!("there are only {columns} columns")));
        }
        let bootstrap = parameters.get("bootstrap") == Some(&Value::Boolean(true));
        Ok(Self { trees, samples: bounded(samples, trees)?, features, bootstrap })
    }
}

/// The greatest depth of a tree over `samples` rows: ⌈log₂ ψ⌉, at least 1.
pub(super) fn depth_limit(samples: u32) -> u32 {
    samples.max(2).next_power_of_two().ilog2()
}

/// `samples`, if all trees together stay within [`FOREST_SAMPLES_MAX`].
fn bounded(samples: usize, trees: usize) -> Result<u32, DetectorError> {
    let fits = samples.checked_mul(trees).is_some_and(|all| all <= FOREST_SAMPLES_MAX);
    u32::try_from(samples).ok().filter(|_| fits).ok_or_else(|| {
        let message = format!(
            "{trees} trees of {samples} rows draw more than {FOREST_SAMPLES_MAX} rows in all"
        );
        invalid("max_samples", message)
    })
}

/// `share` of `whole`, rounded down, but at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share in (0, 1] of a count that fits in memory; casts saturate"
)]
fn part(share: f64, whole: usize) -> usize {
    ((share * whole as f64) as usize).clamp(1, whole)
}

fn positive(name: &str, value: &Value) -> Result<usize, DetectorError> {
    let count = match value {
        Value::Integer(number) => usize::try_from(*number).ok().filter(|number| *number > 0),
        _ => None,
    };
    count.ok_or_else(|| invalid(name, "must be a whole number of at least 1".into()))
}

fn invalid(name: &str, message: String) -> DetectorError {
    DetectorError::InvalidParameter { name: name.into(), message }
}
