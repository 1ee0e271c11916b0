//! The one table type: dense, row-major, 64-bit floats.

/// A dense table of `rows × columns` 64-bit floats, row after row.
///
/// Invariants: at least one row and one column, and no infinite value. A missing value is a NaN;
/// [`Matrix::first_missing`] finds it for those who do not accept any.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    columns: usize,
    values: Vec<f64>,
    /// Place of the first NaN: found once, asked for by everyone.
    first_missing: Option<usize>,
}

/// Why some values are no [`Matrix`]. Rows and columns are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// No rows.
    #[error("there are no rows")]
    NoRows,
    /// Rows without columns.
    #[error("there are no columns")]
    NoColumns,
    /// The number of values is no multiple of the number of columns.
    #[error("{values} values do not fill rows of {columns} columns")]
    Ragged {
        /// Number of values given.
        values: usize,
        /// Number of columns asked for.
        columns: usize,
    },
    /// An infinite value.
    #[error("the value in row {row}, column {column} is infinite")]
    Infinite {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        column: usize,
    },
}

impl Matrix {
    /// Takes `values` as rows of `columns` values each.
    ///
    /// # Errors
    /// [`MatrixError`], with the place of the first fault.
    pub fn new(columns: usize, values: Vec<f64>) -> Result<Self, MatrixError> {
        if values.is_empty() {
            return Err(MatrixError::NoRows);
        }
        if columns == 0 {
            return Err(MatrixError::NoColumns);
        }
        if !values.len().is_multiple_of(columns) {
            return Err(MatrixError::Ragged { values: values.len(), columns });
        }
        let mut first_missing = None;
        for (at, value) in non_finite(&values) {
            if value.is_infinite() {
                return Err(MatrixError::Infinite { row: at / columns, column: at % columns });
            }
            first_missing.get_or_insert(at);
        }
        Ok(Self { columns, values, first_missing })
    }

    /// Number of rows; at least 1.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Number of columns; at least 1.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row; `rows() * columns()` of them.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The rows in order, each a slice of `columns()` values.
    pub fn iter_rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.columns)
    }

    /// Row `index`, or `None` past the end.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&[f64]> {
        let start = index.checked_mul(self.columns)?;
        self.values.get(start..start.checked_add(self.columns)?)
    }

    /// `(row, column)` of the first missing value (NaN), if there is one.
    #[must_use]
    pub fn first_missing(&self) -> Option<(usize, usize)> {
        self.first_missing.map(|at| (at / self.columns, at % self.columns))
    }

    /// Gives the values back.
    #[must_use]
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }
}

/// The values that are infinite or NaN, with their places. Long runs of finite values pass many
/// at a time.
fn non_finite(values: &[f64]) -> impl Iterator<Item = (usize, f64)> {
    const RUN: usize = 64;
    let runs = values.chunks(RUN).enumerate();
    let suspects = runs.filter(|(_, run)| !run.iter().fold(true, |all, x| all & x.is_finite()));
    suspects.flat_map(|(index, run)| {
        let places = index * RUN..;
        places.zip(run.iter().copied()).filter(|(_, value)| !value.is_finite())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_checked() {
        assert_eq!(Matrix::new(0, vec![1.0]), Err(MatrixError::NoColumns));
        assert_eq!(Matrix::new(2, vec![]), Err(MatrixError::NoRows));
        assert_eq!(
            Matrix::new(2, vec![1.0; 3]),
            Err(MatrixError::Ragged { values: 3, columns: 2 })
        );
        let infinite = Matrix::new(2, vec![1.0, 2.0, 3.0, f64::NEG_INFINITY]);
        assert_eq!(infinite, Err(MatrixError::Infinite { row: 1, column: 1 }));
    }

    #[test]
    fn rows_and_missing_values_are_found() {
        let matrix = Matrix::new(2, vec![1.0, 2.0, 3.0, f64::NAN]).unwrap();
        assert_eq!((matrix.rows(), matrix.columns()), (2, 2));
        assert_eq!(matrix.row(0), Some(&[1.0, 2.0][..]));
        assert_eq!(matrix.row(2), None);
        assert_eq!(matrix.row(usize::MAX), None);
        assert_eq!(matrix.first_missing(), Some((1, 1)));
    }

    #[test]
    fn faults_far_into_the_values_are_found() {
        let mut values = vec![0.5; 300];
        values[200] = f64::NAN;
        values[290] = f64::NAN;
        let matrix = Matrix::new(3, values.clone()).unwrap();
        assert_eq!(matrix.first_missing(), Some((66, 2)));
        values[299] = f64::INFINITY;
        assert_eq!(Matrix::new(3, values), Err(MatrixError::Infinite { row: 99, column: 2 }));
    }
}
