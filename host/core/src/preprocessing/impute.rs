//! Medians in place of missing values.

use super::PreprocessingError;
use super::columns::medians;
use crate::Matrix;
use std::borrow::Cow;

/// The median of each column.
pub(super) fn fills(training: &Matrix) -> Result<Vec<f64>, PreprocessingError> {
    let filled = |(column, median): (usize, Option<f64>)| {
        median.ok_or(PreprocessingError::NoValues { column })
    };
    medians(training).into_iter().enumerate().map(filled).collect()
}

/// `data` with one of `fills`, one for each column, in place of each missing value.
pub(super) fn fill<'a>(data: &'a Matrix, fills: &[f64]) -> Cow<'a, Matrix> {
    if data.first_missing().is_none() {
        return Cow::Borrowed(data);
    }
    let columns = data.columns();
    let fill = fills.iter().cycle();
    let values = data.values().iter().zip(fill);
    let values = values.map(|(value, fill)| if value.is_nan() { *fill } else { *value });
    // Medians are finite, so that nothing can be wrong with it.
    Matrix::new(columns, values.collect()).map_or(Cow::Borrowed(data), Cow::Owned)
}
