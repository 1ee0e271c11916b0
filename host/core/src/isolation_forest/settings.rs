//! Parameters, made definite by the shape of the training rows.

use super::descriptor::{
    COLUMNS_MAX, FOREST_SAMPLES_MAX, FOREST_TERMS_MAX, MAX_SAMPLES_AUTO, N_ESTIMATORS_DEFAULT,
};
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
    /// How nodes are cut.
    pub variant: Variant,
}

/// How nodes are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// One random column, at a random value.
    Standard,
    /// Two random columns, standardised and weighted at random, where both sides together spread
    /// least.
    FairCut,
    /// A random direction in so many columns, through a random point.
    Extended {
        /// Columns in a cut; at least 1.
        columns: usize,
    },
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
        let samples = bounded(samples, trees)?;
        let drawn = samples as usize * trees;
        let variant = variant(parameters, features, drawn)?;
        Ok(Self { trees, samples, features, bootstrap, variant })
    }

    /// Terms of a tree with a cut for each row.
    pub(super) fn tree_terms(&self) -> usize {
        match self.variant {
            Variant::Standard => self.samples as usize,
            Variant::FairCut => 2 * self.samples as usize,
            Variant::Extended { columns } => columns.saturating_mul(self.samples as usize),
        }
    }
}

/// The variant of trees that draw `drawn` rows in all and `features` columns each.
fn variant(
    parameters: &Parameters,
    features: usize,
    drawn: usize,
) -> Result<Variant, DetectorError> {
    let name = match parameters.get("variant") {
        Some(Value::Text(name)) => name.as_str(),
        _ => "standard",
    };
    let level = match parameters.get("extension_level") {
        Some(Value::Integer(level)) => Some(usize::try_from(*level).unwrap_or(usize::MAX)),
        _ => None,
    };
    match (name, level) {
        ("extended", None) => {
            let columns = features.min(FOREST_TERMS_MAX / drawn.max(1)).max(1);
            Ok(Variant::Extended { columns })
        }
        ("extended", Some(level)) if level >= features => {
            let message = format!("must be less than the {features} columns of a tree");
            Err(invalid("extension_level", message))
        }
        ("extended", Some(level)) if (level + 1).saturating_mul(drawn) > FOREST_TERMS_MAX => {
            let message = format!("all cuts would have more than {FOREST_TERMS_MAX} terms");
            Err(invalid("extension_level", message))
        }
        ("extended", Some(level)) => Ok(Variant::Extended { columns: level + 1 }),
        (_, Some(_)) => {
            Err(invalid("extension_level", "is of the variant \"extended\" only".into()))
        }
        ("fair_cut", None) => Ok(Variant::FairCut),
        (_, None) => Ok(Variant::Standard),
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
