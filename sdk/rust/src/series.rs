//! Series: rows that are moments, oldest first, scored by the windows they end.
//!
//! **What `score` means for a series.** The rows given are the moments that follow the training
//! moments directly, in order. A moment's score is that of the window that ends with it, so that
//! it knows nothing of later moments: scoring the first rows of a stretch gives the first of the
//! stretch's scores. The windows of the first rows reach back into the training moments, of which
//! the model keeps the last as its [`Tail`]; a row alone is the moment after training. A stretch
//! that does not follow the training begins to count where its windows no longer reach back: after
//! one row less than a window has. Of the training moments those before the first whole window
//! have its score.

use crate::state::{Reader, Writer, bad};
use crate::{Error, Matrix};

/// The last moments of a training series.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    columns: usize,
    values: Vec<f64>,
}

impl Tail {
    /// The last `rows` rows of `training`, or all where there are fewer.
    #[must_use]
    pub fn of(training: &Matrix<'_>, rows: usize) -> Self {
        let before = training.rows().saturating_sub(rows) * training.columns();
        let values = training.values().get(before..).unwrap_or_default().to_vec();
        Self { columns: training.columns(), values }
    }

    /// Values per row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// Each column by itself: these rows, then those of `data`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where `data` has another number of columns.
    pub fn followed_by(&self, data: &Matrix<'_>) -> Result<Vec<Vec<f64>>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let own = Matrix::new(self.columns, &self.values);
        let column = |column| own.column(column).chain(data.column(column)).collect();
        Ok((0..self.columns).map(column).collect())
    }

    /// Into a state.
    pub fn write(&self, state: &mut Writer) {
        state.integer(self.columns as u64);
        state.numbers(&self.values);
    }

    /// Out of a state: finite numbers in whole rows, of at least one column.
    ///
    /// # Errors
    /// [`Error::BadState`] for anything else.
    pub fn read(state: &mut Reader<'_>) -> Result<Self, Error> {
        let columns = state.count(u32::MAX as usize)?;
        let values = state.numbers()?;
        let is_whole = columns > 0 && values.len().is_multiple_of(columns);
        if !is_whole || !values.iter().all(|value| value.is_finite()) {
            return Err(bad("the last moments are not whole"));
        }
        Ok(Self { columns, values })
    }
}

/// Each column of `data` by itself.
#[must_use]
pub fn columns(data: &Matrix<'_>) -> Vec<Vec<f64>> {
    (0..data.columns()).map(|column| data.column(column).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::Tail;
    use crate::Matrix;
    use crate::state::{Reader, Writer};

    #[test]
    fn a_tail_goes_before_what_follows() {
        let tail = Tail::of(&Matrix::new(2, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), 2);
        let joined = tail.followed_by(&Matrix::new(2, &[7.0, 8.0])).unwrap();
        assert_eq!(joined, [[3.0, 5.0, 7.0], [4.0, 6.0, 8.0]]);
        assert!(tail.followed_by(&Matrix::new(1, &[7.0, 8.0])).is_err());
        assert_eq!(Tail::of(&Matrix::new(2, &[1.0, 2.0]), 9).rows(), 1);
    }

    #[test]
    fn what_was_written_is_read_and_what_is_not_whole_refused() {
        let write = |columns, values: &[f64]| {
            let mut state = Writer::new(1);
            Tail { columns, values: values.to_vec() }.write(&mut state);
            state.finish()
        };
        let read = |state: &[u8]| Tail::read(&mut Reader::new(state, 1).unwrap());
        let tail = Tail::of(&Matrix::new(2, &[1.0, 2.0]), 1);
        assert_eq!(read(&write(2, &[1.0, 2.0])), Ok(tail));
        for (columns, values) in [(0, [1.0, 2.0]), (3, [1.0, 2.0]), (1, [1.0, f64::NAN])] {
            assert!(read(&write(columns, &values)).is_err());
        }
    }
}
