//! Texts as numbers: categories become columns of zeros and ones, or their frequencies.

use crate::{Matrix, MatrixError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Categories of one column that become columns of their own.
pub const CATEGORIES_MAX: usize = 1_000;

/// What a column of texts becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// A column for each category, in alphabetical order: 1 where the row is of it, else 0. A
    /// category that was not there in the training is 0 in all.
    Onehot,
    /// The share of training rows of the same category, in (0, 1]; 0 for one that was not there.
    Frequency,
}

/// A column as it was read. A missing text is the category `""`.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

/// What the training rows said of each column, and makes numbers of later ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Encoder {
    columns: Vec<EncodedColumn>,
}

/// What a column becomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedColumn {
    /// Itself.
    Numbers,
    /// A column for each of these.
    Onehot(Vec<String>),
    /// Each category's share.
    Frequency(BTreeMap<String, f64>),
}

/// Why texts cannot become numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// One-hot encoding would make too many columns.
    #[error("column {column} has more than {CATEGORIES_MAX} categories: take their frequency")]
    TooManyCategories {
        /// The column, counted from 0.
        column: usize,
    },
    /// Texts where the training had numbers, or the other way round.
    #[error("column {column} is not of the kind that it was in the training rows")]
    Kind {
        /// The column, counted from 0.
        column: usize,
    },
    /// More or fewer columns than in the training rows.
    #[error("there are {given} columns, the training had {trained}")]
    Columns {
        /// Columns given.
        given: usize,
        /// Columns of the training rows.
        trained: usize,
    },
    /// The encoded rows are no matrix.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

impl Encoder {
    /// Learns the categories of `training`, columns of one length.
    ///
    /// # Errors
    /// [`EncodingError::TooManyCategories`].
    pub fn fit(training: &[Column], encoding: Encoding) -> Result<Self, EncodingError> {
        let columns = training.iter().enumerate().map(|(column, values)| match values {
            Column::Numbers(_) => Ok(EncodedColumn::Numbers),
            Column::Texts(texts) => encoding.learn(column, texts),
        });
        Ok(Self { columns: columns.collect::<Result<_, _>>()? })
    }

    /// The rows of `columns`, which have one length, as numbers.
    ///
    /// # Errors
    /// [`EncodingError`] where they are not as in the training.
    pub fn transform(&self, columns: &[Column]) -> Result<Matrix, EncodingError> {
        if columns.len() != self.columns.len() {
            let (given, trained) = (columns.len(), self.columns.len());
            return Err(EncodingError::Columns { given, trained });
        }
        let pairs = || self.columns.iter().zip(columns).enumerate();
        if let Some((column, _)) = pairs().find(|(_, (encoded, given))| !encoded.takes(given)) {
            return Err(EncodingError::Kind { column });
        }
        let mut values = Vec::new();
        for row in 0..columns.first().map_or(0, Column::len) {
            for (_, (encoded, given)) in pairs() {
                encoded.push(given, row, &mut values);
            }
        }
        Ok(Matrix::new(self.widths().sum(), values)?)
    }

    /// Numbers of encoded columns, row after row, summed for the column that each came from: a
    /// category's contribution is its column's.
    #[must_use]
    pub fn folded(&self, encoded: &[f64]) -> Vec<f64> {
        let width = self.widths().sum::<usize>().max(1);
        let fold = |row: &[f64]| {
            let mut rest = row.iter();
            let sums = self.widths().map(|width| rest.by_ref().take(width).sum());
            sums.collect::<Vec<f64>>()
        };
        encoded.chunks(width).flat_map(fold).collect()
    }

    /// Columns of the training rows.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// How many columns each column becomes.
    fn widths(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|column| match column {
            EncodedColumn::Onehot(categories) => categories.len(),
            EncodedColumn::Numbers | EncodedColumn::Frequency(_) => 1,
        })
    }
}

impl Encoding {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 rows")]
    fn learn(self, column: usize, texts: &[String]) -> Result<EncodedColumn, EncodingError> {
        let mut counts = BTreeMap::<&str, usize>::new();
        for text in texts {
            *counts.entry(text).or_default() += 1;
        }
        match self {
            Self::Onehot if counts.len() > CATEGORIES_MAX => {
                Err(EncodingError::TooManyCategories { column })
            }
            Self::Onehot => {
                Ok(EncodedColumn::Onehot(counts.into_keys().map(str::to_owned).collect()))
            }
            Self::Frequency => {
                let rows = texts.len() as f64;
                let share = |(text, count): (&str, usize)| (text.to_owned(), count as f64 / rows);
                Ok(EncodedColumn::Frequency(counts.into_iter().map(share).collect()))
            }
        }
    }
}

impl EncodedColumn {
    fn takes(&self, given: &Column) -> bool {
        matches!((self, given), (Self::Numbers, Column::Numbers(_)))
            || matches!((self, given), (Self::Onehot(_) | Self::Frequency(_), Column::Texts(_)))
    }

    /// Appends what row `row` of `given` becomes.
    fn push(&self, given: &Column, row: usize, values: &mut Vec<f64>) {
        match (self, given) {
            (Self::Onehot(categories), Column::Texts(texts)) => {
                let is_own =
                    |category: &String| f64::from(u8::from(texts.get(row) == Some(category)));
                values.extend(categories.iter().map(is_own));
            }
            (Self::Frequency(shares), Column::Texts(texts)) => {
                let share = texts.get(row).and_then(|text| shares.get(text));
                values.push(share.copied().unwrap_or(0.0));
            }
            (_, Column::Numbers(numbers)) => {
                values.push(numbers.get(row).copied().unwrap_or(f64::NAN));
            }
            (Self::Numbers, Column::Texts(_)) => values.push(f64::NAN),
        }
    }
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Column {
        Column::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn mixed() -> [Column; 2] {
        [texts(&["red", "blue", "red", ""]), Column::Numbers(vec![1.0, 2.0, 3.0, 4.0])]
    }

    #[test]
    fn categories_become_columns_or_frequencies() {
        let onehot = Encoder::fit(&mixed(), Encoding::Onehot).unwrap();
        let rows = onehot.transform(&mixed()).unwrap();
        assert_eq!(rows.columns(), 4);
        assert_eq!(rows.row(0), Some(&[0.0, 0.0, 1.0, 1.0][..]));
        assert_eq!(rows.row(3), Some(&[1.0, 0.0, 0.0, 4.0][..]));
        let frequency = Encoder::fit(&mixed(), Encoding::Frequency).unwrap();
        let rows = frequency.transform(&mixed()).unwrap();
        assert_eq!(rows.values(), [0.5, 1.0, 0.25, 2.0, 0.5, 3.0, 0.25, 4.0]);
    }

    #[test]
    fn categories_that_were_not_there_are_none_of_those_that_were() {
        let later = [texts(&["green"]), Column::Numbers(vec![1.0])];
        for (encoding, expected) in
            [(Encoding::Onehot, &[0.0, 0.0, 0.0, 1.0][..]), (Encoding::Frequency, &[0.0, 1.0])]
        {
            let encoder = Encoder::fit(&mixed(), encoding).unwrap();
            let json = serde_json::to_string(&encoder).unwrap();
            let kept: Encoder = serde_json::from_str(&json).unwrap();
            assert_eq!(kept.transform(&later).unwrap().values(), expected, "{encoding:?}");
        }
    }

    #[test]
    fn columns_of_another_kind_or_too_many_categories_are_refused() {
        let encoder = Encoder::fit(&mixed(), Encoding::Onehot).unwrap();
        let numbers = [Column::Numbers(vec![1.0]), Column::Numbers(vec![1.0])];
        assert_eq!(encoder.transform(&numbers), Err(EncodingError::Kind { column: 0 }));
        let one = encoder.transform(&numbers[..1]);
        assert_eq!(one, Err(EncodingError::Columns { given: 1, trained: 2 }));
        let many: Vec<_> = (0..=CATEGORIES_MAX).map(|at| at.to_string()).collect();
        let many = [Column::Texts(many)];
        let refused = Encoder::fit(&many, Encoding::Onehot);
        assert_eq!(refused, Err(EncodingError::TooManyCategories { column: 0 }));
        assert!(Encoder::fit(&many, Encoding::Frequency).is_ok());
    }

    #[test]
    fn numbers_of_categories_are_folded_into_their_column() {
        let encoder = Encoder::fit(&mixed(), Encoding::Onehot).unwrap();
        let folded = encoder.folded(&[1.0, 2.0, 4.0, 8.0, -1.0, 0.0, 1.0, 0.5]);
        assert_eq!(folded, [7.0, 8.0, 0.0, 0.5]);
    }
}
