//! Why a row scored as it did: how much each column raised or lowered its score.

mod shapley;

pub use shapley::shapley;

/// Signed contributions, row after row: how much each column raised (positive) or lowered
/// (negative) the row's score, against the score of an unremarkable row.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// How they were found.
    pub method: Method,
    /// Values per row; at least 1.
    pub columns: usize,
    /// Row after row; finite.
    pub values: Vec<f64>,
}

/// How contributions are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The detector's score is made of parts, one for each column.
    Exact,
    /// Along the paths of a forest's trees, by the columns they are cut at.
    Paths,
    /// Shapley values against the row of medians, over permutations of the columns.
    Shapley,
}

/// The greatest number of contributions in one answer, and of rows that are scored to find them.
pub const EVALUATIONS_MAX: usize = 1 << 18;

impl Contributions {
    /// Makes each row sum to so much more: shared out by the size of what its columns have, so
    /// that a column with 0 keeps it.
    pub fn add(&mut self, more: impl Iterator<Item = f64>) {
        for (row, more) in self.values.chunks_mut(self.columns).zip(more) {
            let total: f64 = row.iter().map(|value| value.abs()).sum();
            if total > 0.0 && more != 0.0 {
                row.iter_mut().for_each(|value| *value += more * (value.abs() / total));
            }
        }
    }
}

/// Why there are no contributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{rows} rows of {columns} columns are more than the {EVALUATIONS_MAX} values that can be \
     explained at a time"
)]
pub struct TooMuchToExplain {
    /// Rows given.
    pub rows: usize,
    /// Columns given.
    pub columns: usize,
}

/// Whether so many values can be explained.
///
/// # Errors
/// [`TooMuchToExplain`].
pub fn check(rows: usize, columns: usize) -> Result<(), TooMuchToExplain> {
    match rows.checked_mul(columns) {
        Some(values) if values <= EVALUATIONS_MAX => Ok(()),
        _ => Err(TooMuchToExplain { rows, columns }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_goes_to_those_that_have_something() {
        let values = vec![1.0, 0.0, -3.0, 0.0, 0.0, 0.0];
        let mut contributions = Contributions { method: Method::Shapley, columns: 3, values };
        contributions.add([4.0, 4.0].into_iter());
        assert_eq!(contributions.values, [2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn no_more_values_than_the_limit_are_explained() {
        assert_eq!(check(EVALUATIONS_MAX, 1), Ok(()));
        let refusal = TooMuchToExplain { rows: EVALUATIONS_MAX, columns: 2 };
        assert_eq!(check(EVALUATIONS_MAX, 2), Err(refusal));
        assert!(check(usize::MAX, 2).is_err());
    }
}
