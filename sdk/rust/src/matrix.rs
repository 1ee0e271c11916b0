//! Rows, borrowed.

/// A dense, row-major table of at least one row and one column. Missing values are NaN, and only
/// there where the detector said that it accepts them.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    columns: usize,
    values: &'a [f64],
}

impl<'a> Matrix<'a> {
    /// Takes `values` as rows of `columns` values each; an incomplete last row is left out.
    #[must_use]
    pub fn new(columns: usize, values: &'a [f64]) -> Self {
        let columns = columns.max(1);
        let whole = values.len() - values.len() % columns;
        Self { columns, values: values.get(..whole).unwrap_or_default() }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// One row; `None` behind the last.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<&'a [f64]> {
        let start = index.checked_mul(self.columns)?;
        self.values.get(start..start.checked_add(self.columns)?)
    }

    /// The rows in order.
    pub fn iter_rows(&self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.columns)
    }

    /// The values of one column, from the first row to the last; none past the last column.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = f64> + Clone + use<'a> {
        let start = if column < self.columns { column } else { self.values.len() };
        self.values.get(start..).unwrap_or_default().iter().step_by(self.columns).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn rows_and_columns() {
        let matrix = Matrix::new(2, &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((matrix.rows(), matrix.columns()), (2, 2));
        assert_eq!(matrix.iter_rows().last(), Some(&[3.0, 4.0][..]));
        assert_eq!((matrix.row(1), matrix.row(2)), (Some(&[3.0, 4.0][..]), None));
        assert_eq!(matrix.row(usize::MAX), None);
        assert_eq!(matrix.column(1).collect::<Vec<_>>(), [2.0, 4.0]);
        assert_eq!(matrix.column(2).count(), 0);
    }
}
