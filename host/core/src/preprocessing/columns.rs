//! Columns of a matrix, one at a time.

use crate::Matrix;
use crate::threshold::quantile;

/// The values of each column that are there, in row order; hands them to `use_column` in turn, in
/// one vector that is used again.
pub(super) fn each<T>(data: &Matrix, mut use_column: impl FnMut(usize, &[f64]) -> T) -> Vec<T> {
    let mut values = Vec::with_capacity(data.rows());
    let columns = 0..data.columns();
    let use_one = |column| {
        values.clear();
        let all = data.iter_rows().filter_map(|row| row.get(column).copied());
        values.extend(all.filter(|value: &f64| !value.is_nan()));
        use_column(column, &values)
    };
    columns.map(use_one).collect()
}

/// The median of each column's values that are not missing; `None` for a column without any.
#[must_use]
pub fn medians(data: &Matrix) -> Vec<Option<f64>> {
    each(data, |_, values| quantile(values, 0.5))
}
