//! Deviations too small to matter: a row may score high and still be what nobody wants to be
//! woken for.
//!
//! A row is suppressed where every one of its values lies within the absolute **or** the relative
//! size of its column's training median. (Streaming detectors call this ignoring what is near the
//! expected value.) Suppression never changes a score, only the verdict.

use crate::Matrix;
use serde::{Deserialize, Serialize};

/// Sizes below which a deviation does not matter; none by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// In the column's own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absolute: Option<Sizes>,
    /// In parts of the median's magnitude: 0.05 is 5 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Sizes>,
}

/// One size for all columns, or one for each. Each is finite and at least 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number or a list of numbers")]
pub enum Sizes {
    /// For all columns.
    All(f64),
    /// By column.
    Each(Vec<f64>),
}

/// Why sizes make no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SuppressionError {
    /// A negative, infinite or missing size.
    #[error("a size must be a finite number of at least 0, not {0}")]
    Size(f64),
    /// Not one size for each column.
    #[error("{sizes} sizes do not go with {columns} columns")]
    Columns {
        /// Sizes given.
        sizes: usize,
        /// Columns of the rows.
        columns: usize,
    },
}

impl Suppression {
    /// Whether nothing is suppressed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the sizes go with rows of `columns` columns.
    ///
    /// # Errors
    /// [`SuppressionError`].
    pub fn check(&self, columns: usize) -> Result<(), SuppressionError> {
        [&self.absolute, &self.relative].into_iter().flatten().try_for_each(|it| it.check(columns))
    }

    /// For each row whether it is suppressed. `medians` are those of the training columns, `None`
    /// where a column had no values; there, and where a value is missing, nothing deviates.
    #[must_use]
    pub fn suppressed(&self, data: &Matrix, medians: &[Option<f64>]) -> Vec<bool> {
        let is_small = |column: usize, value: f64, median: f64| {
            let deviation = (value - median).abs();
            let within = |sizes: &Option<Sizes>, unit: f64| {
                sizes.as_ref().is_some_and(|sizes| deviation <= sizes.of(column) * unit)
            };
            within(&self.absolute, 1.0) || within(&self.relative, median.abs())
        };
        let suppressed = |row: &[f64]| {
            row.iter().zip(medians).enumerate().all(|(column, (value, median))| {
                median.is_none_or(|median| value.is_nan() || is_small(column, *value, median))
            })
        };
        data.iter_rows().map(suppressed).collect()
    }
}

impl Sizes {
    fn check(&self, columns: usize) -> Result<(), SuppressionError> {
        let sizes = match self {
            Self::All(size) => std::slice::from_ref(size),
            Self::Each(sizes) if sizes.len() != columns => {
                return Err(SuppressionError::Columns { sizes: sizes.len(), columns });
            }
            Self::Each(sizes) => sizes,
        };
        match sizes.iter().find(|size| !(size.is_finite() && **size >= 0.0)) {
            Some(size) => Err(SuppressionError::Size(*size)),
            None => Ok(()),
        }
    }

    fn of(&self, column: usize) -> f64 {
        match self {
            Self::All(size) => *size,
            Self::Each(sizes) => sizes.get(column).copied().unwrap_or(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppressed(json: &str, rows: &[f64]) -> Vec<bool> {
        let suppression: Suppression = serde_json::from_str(json).unwrap();
        suppression.check(2).unwrap();
        let data = Matrix::new(2, rows.to_vec()).unwrap();
        suppression.suppressed(&data, &[Some(10.0), Some(-100.0)])
    }

    #[test]
    fn a_row_is_suppressed_where_no_value_deviates_enough() {
        let rows = [11.0, -101.0, 11.5, -100.0, 10.0, -94.0];
        assert_eq!(suppressed(r#"{"absolute": 1}"#, &rows), [true, false, false]);
        assert_eq!(suppressed(r#"{"absolute": [1.5, 6]}"#, &rows), [true, true, true]);
        assert_eq!(suppressed(r#"{"relative": 0.1}"#, &rows), [true, false, true]);
        assert_eq!(suppressed(r#"{"absolute": 2, "relative": 0.06}"#, &rows), [true; 3]);
        assert_eq!(suppressed("{}", &rows), [false; 3]);
        assert_eq!(suppressed(r#"{"absolute": 1}"#, &[f64::NAN, -100.5]), [true]);
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        let check = |absolute| Suppression { absolute: Some(absolute), relative: None }.check(2);
        assert_eq!(check(Sizes::All(-1.0)), Err(SuppressionError::Size(-1.0)));
        assert!(check(Sizes::All(f64::NAN)).is_err() && check(Sizes::All(0.0)).is_ok());
        let three = check(Sizes::Each(vec![1.0; 3]));
        assert_eq!(three, Err(SuppressionError::Columns { sizes: 3, columns: 2 }));
        assert!(check(Sizes::Each(vec![1.0, f64::INFINITY])).is_err());
    }
}
