//! What happens to columns before a detector sees them: texts become numbers, missing values are
//! filled in, columns on unlike scales made alike. What was learnt of the training rows is kept and
//! applied to all rows that come later.
//!
//! ```
//! use pynomaly_core::Matrix;
//! use pynomaly_core::preprocessing::{Preprocessing, Scaling};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let asked = Preprocessing { scaling: Scaling::Minmax, ..Preprocessing::default() };
//! let training = Matrix::new(1, vec![10.0, 20.0, 30.0])?;
//! let fitted = asked.fit(&training)?;
//! let later = Matrix::new(1, vec![20.0, 50.0])?;
//! assert_eq!(fitted.transform(&later)?.values(), [0.5, 2.0]);
//! # Ok(())
//! # }
//! ```

mod columns;
mod encode;
mod features;
mod impute;
mod scale;

pub use columns::medians;
pub use encode::{
    CATEGORIES_MAX, CATEGORY_BYTES_MAX, ENCODED_VALUES_MAX, Encoder, Encoding, EncodingError,
    FREQUENCIES_MAX,
};
pub use features::{Features, FeaturesError};
pub use scale::{Scale, Scaling};

use crate::{Matrix, MatrixError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is asked for; nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preprocessing {
    /// What becomes of the columns' scales.
    #[serde(default)]
    pub scaling: Scaling,
    /// What becomes of missing values.
    #[serde(default)]
    pub missing: Missing,
}

/// What becomes of missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// They go to a detector that takes them; any other refuses them.
    #[default]
    Error,
    /// Each becomes the median of its column in the training rows.
    ImputeMedian,
}

/// What the training rows said of each column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Preprocessor {
    /// What missing values become, by column; none where they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fills: Option<Vec<f64>>,
    /// By column; none where columns stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scales: Option<Vec<Scale>>,
}

/// Why rows cannot be made ready. Rows and columns are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreprocessingError {
    /// A column without any value has no median and no scale.
    #[error("column {column} has no values in the training rows")]
    NoValues {
        /// The column.
        column: usize,
    },
    /// The spread of a column, or a scaled value, is beyond 64-bit numbers.
    #[error("the value in row {row}, column {column} is too large to be scaled")]
    Overflow {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
    },
    /// The rows are not as wide as the training rows.
    #[error("the rows have {given} columns, the training had {trained}")]
    Columns {
        /// Columns of the rows.
        given: usize,
        /// Columns of the training rows.
        trained: usize,
    },
}

impl Preprocessing {
    /// Whether rows stay as they are.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Learns from `training`: medians first, then the scales of what is there after filling in.
    ///
    /// # Errors
    /// [`PreprocessingError::NoValues`] for a column without values.
    pub fn fit(&self, training: &Matrix) -> Result<Preprocessor, PreprocessingError> {
        let fills = match self.missing {
            Missing::Error => None,
            Missing::ImputeMedian => Some(impute::fills(training)?),
        };
        let filled = match &fills {
            Some(fills) => impute::fill(training, fills),
            None => Cow::Borrowed(training),
        };
        Ok(Preprocessor { fills, scales: self.scaling.fit(&filled)? })
    }
}

impl Preprocessor {
    /// The rows as the detector is to see them.
    ///
    /// # Errors
    /// [`PreprocessingError::Columns`], and [`PreprocessingError::Overflow`] for a value so far
    /// out that its scaled one is infinite.
    pub fn transform<'a>(&self, data: &'a Matrix) -> Result<Cow<'a, Matrix>, PreprocessingError> {
        let widths = [self.fills.as_ref().map(Vec::len), self.scales.as_ref().map(Vec::len)];
        for trained in widths.into_iter().flatten() {
            if trained != data.columns() {
                return Err(PreprocessingError::Columns { given: data.columns(), trained });
            }
        }
        let filled = match &self.fills {
            Some(fills) => impute::fill(data, fills),
            None => Cow::Borrowed(data),
        };
        match &self.scales {
            Some(scales) => scale::apply(&filled, scales).map(Cow::Owned),
            None => Ok(filled),
        }
    }
}

/// A matrix of changed values of the same shape.
fn rebuilt(columns: usize, values: Vec<f64>) -> Result<Matrix, PreprocessingError> {
    Matrix::new(columns, values).map_err(|error| match error {
        MatrixError::Infinite { row, column } => PreprocessingError::Overflow { row, column },
        // The shape is that of a matrix.
        _ => PreprocessingError::Columns { given: columns, trained: columns },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(columns: usize, values: &[f64]) -> Matrix {
        Matrix::new(columns, values.to_vec()).unwrap()
    }

    fn asked(scaling: Scaling, missing: Missing) -> Preprocessing {
        Preprocessing { scaling, missing }
    }

    #[test]
    fn nothing_asked_is_nothing_done() {
        let data = matrix(2, &[1.0, f64::NAN, 3.0, 4.0]);
        let fitted = Preprocessing::default().fit(&data).unwrap();
        assert!(matches!(fitted.transform(&data).unwrap(), Cow::Borrowed(_)));
        assert_eq!(fitted, Preprocessor::default());
    }

    #[test]
    fn medians_of_the_training_fill_later_rows() {
        let training = matrix(2, &[1.0, 10.0, 2.0, f64::NAN, 9.0, 20.0]);
        let fitted = asked(Scaling::None, Missing::ImputeMedian).fit(&training).unwrap();
        let later = matrix(2, &[f64::NAN, f64::NAN]);
        assert_eq!(fitted.transform(&later).unwrap().values(), [2.0, 15.0]);
        let empty = matrix(2, &[1.0, f64::NAN, 2.0, f64::NAN]);
        let refusal = asked(Scaling::None, Missing::ImputeMedian).fit(&empty).unwrap_err();
        assert_eq!(refusal, PreprocessingError::NoValues { column: 1 });
    }

    #[test]
    fn what_was_fitted_survives_json_bit_for_bit() {
        let training = matrix(2, &[0.1, 1e300, 0.2, 1e-300, 0.7, 3.0]);
        let scalings = [Scaling::None, Scaling::Standard, Scaling::Robust, Scaling::Minmax];
        for scaling in scalings {
            let fitted = asked(scaling, Missing::ImputeMedian).fit(&training).unwrap();
            let json = serde_json::to_string(&fitted).unwrap();
            assert_eq!(serde_json::from_str::<Preprocessor>(&json).unwrap(), fitted, "{json}");
        }
        let json = serde_json::to_string(&asked(Scaling::Robust, Missing::ImputeMedian)).unwrap();
        assert_eq!(json, r#"{"scaling":"robust","missing":"impute_median"}"#);
    }

    #[test]
    fn rows_of_another_width_and_values_out_of_reach_are_refused() {
        let fitted = asked(Scaling::Minmax, Missing::Error).fit(&matrix(1, &[0.0, 1e-300]));
        let fitted = fitted.unwrap();
        let wide = fitted.transform(&matrix(2, &[1.0, 2.0])).unwrap_err();
        assert_eq!(wide, PreprocessingError::Columns { given: 2, trained: 1 });
        let far = fitted.transform(&matrix(1, &[0.0, 1e300])).unwrap_err();
        assert_eq!(far, PreprocessingError::Overflow { row: 1, column: 0 });
    }
}
