//! Texts as numbers: categories become columns of zeros and ones, or their frequencies.

use crate::table::{Column, ColumnKind, Texts};
use crate::{Matrix, MatrixError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Categories of one column that become columns of their own.
pub const CATEGORIES_MAX: usize = 1_000;
/// Categories of one column that become their frequency.
pub const FREQUENCIES_MAX: usize = 100_000;
/// Bytes of a category.
pub const CATEGORY_BYTES_MAX: usize = 256;
/// Values that the rows of one request may become.
pub const ENCODED_VALUES_MAX: usize = 1 << 24;

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

/// Why texts cannot become numbers. Columns are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// More categories than are taken.
    #[error("column {column} has more than {limit} categories{}", hint(*.limit))]
    TooManyCategories {
        /// The column.
        column: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The rows would become too many values.
    #[error("{rows} rows of {columns} encoded columns are more than {ENCODED_VALUES_MAX} values")]
    TooManyValues {
        /// Rows given.
        rows: usize,
        /// What their columns become.
        columns: usize,
    },
    /// Texts where the training had numbers, or the other way round.
    #[error("column {column} is not of the kind that it was in the training rows")]
    Kind {
        /// The column.
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

fn hint(limit: usize) -> &'static str {
    if limit == CATEGORIES_MAX { ": take their frequency" } else { "" }
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
    /// [`EncodingError`] where they are not as in the training, or become too many values.
    pub fn transform(&self, columns: &[Column]) -> Result<Matrix, EncodingError> {
        let (given, trained) = (columns.len(), self.columns.len());
        if given != trained {
            return Err(EncodingError::Columns { given, trained });
        }
        let mut kinds = self.kinds().zip(columns);
        if let Some(column) = kinds.position(|(kind, given)| kind != given.kind()) {
            return Err(EncodingError::Kind { column });
        }
        let rows = columns.first().map_or(0, Column::len);
        let width = self.widths().fold(0, usize::saturating_add);
        let size = rows.saturating_mul(width);
        if size > ENCODED_VALUES_MAX {
            return Err(EncodingError::TooManyValues { rows, columns: width });
        }
        let mut values = vec![0.0; size];
        let mut first = 0;
        for (encoded, given) in self.columns.iter().zip(columns) {
            let places = values.chunks_exact_mut(width.max(1));
            encoded.write(given, places.filter_map(|row| row.get_mut(first..)));
            first += encoded.width();
        }
        Ok(Matrix::new(width, values)?)
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

    /// What each column held.
    pub fn kinds(&self) -> impl Iterator<Item = ColumnKind> {
        self.columns.iter().map(|column| match column {
            EncodedColumn::Numbers => ColumnKind::Numbers,
            EncodedColumn::Onehot(_) | EncodedColumn::Frequency(_) => ColumnKind::Texts,
        })
    }

    /// How many columns each column becomes.
    pub fn widths(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(EncodedColumn::width)
    }

    /// What the texts became; `None` where there were none.
    #[must_use]
    pub fn encoding(&self) -> Option<Encoding> {
        self.columns.iter().find_map(|column| match column {
            EncodedColumn::Numbers => None,
            EncodedColumn::Onehot(_) => Some(Encoding::Onehot),
            EncodedColumn::Frequency(_) => Some(Encoding::Frequency),
        })
    }
}

impl Encoding {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 rows")]
    fn learn(self, column: usize, texts: &Texts) -> Result<EncodedColumn, EncodingError> {
        let limit = match self {
            Self::Onehot => CATEGORIES_MAX,
            Self::Frequency => FREQUENCIES_MAX,
        };
        let mut counts: Vec<_> = texts.different().map(|text| (text, 0_usize)).collect();
        if counts.len() > limit {
            return Err(EncodingError::TooManyCategories { column, limit });
        }
        for code in texts.codes() {
            if let Some((_, count)) = counts.get_mut(*code as usize) {
                *count += 1;
            }
        }
        let rows = texts.codes().len() as f64;
        let counts: BTreeMap<_, _> = counts.into_iter().collect();
        Ok(match self {
            Self::Onehot => EncodedColumn::Onehot(counts.into_keys().map(str::to_owned).collect()),
            Self::Frequency => {
                let share = |(text, count): (&str, usize)| (text.to_owned(), count as f64 / rows);
                EncodedColumn::Frequency(counts.into_iter().map(share).collect())
            }
        })
    }
}

impl EncodedColumn {
    fn width(&self) -> usize {
        match self {
            Self::Onehot(categories) => categories.len(),
            Self::Numbers | Self::Frequency(_) => 1,
        }
    }

    /// Writes what each row of `given` becomes to the front of its place, which is zero.
    fn write<'a>(&self, given: &Column, places: impl Iterator<Item = &'a mut [f64]>) {
        match (self, given) {
            (Self::Onehot(categories), Column::Texts(texts)) => {
                let own = |text: &str| categories.binary_search_by(|it| it.as_str().cmp(text)).ok();
                let own: Vec<_> = texts.different().map(own).collect();
                for (place, code) in places.zip(texts.codes()) {
                    let category = own.get(*code as usize).copied().flatten();
                    if let Some(one) = category.and_then(|category| place.get_mut(category)) {
                        *one = 1.0;
                    }
                }
            }
            (Self::Frequency(shares), Column::Texts(texts)) => {
                let share = |text: &str| shares.get(text).copied().unwrap_or(0.0);
                let own: Vec<_> = texts.different().map(share).collect();
                let own = texts.codes().iter().map(|code| own.get(*code as usize).copied());
                write_one(places, own.map(Option::unwrap_or_default));
            }
            (_, Column::Numbers(numbers)) => write_one(places, numbers.iter().copied()),
            (Self::Numbers, Column::Texts(_)) => {}
        }
    }
}

fn write_one<'a>(places: impl Iterator<Item = &'a mut [f64]>, values: impl Iterator<Item = f64>) {
    for (place, value) in places.zip(values) {
        if let Some(first) = place.first_mut() {
            *first = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Column {
        Column::Texts(texts.iter().copied().collect())
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
        for (encoding, limit) in
            [(Encoding::Onehot, CATEGORIES_MAX), (Encoding::Frequency, FREQUENCIES_MAX)]
        {
            let many = |count| {
                let texts: Vec<_> = (0..count).map(|at: usize| at.to_string()).collect();
                [Column::Texts(texts.iter().map(String::as_str).collect())]
            };
            assert!(Encoder::fit(&many(limit), encoding).is_ok());
            let refused = Encoder::fit(&many(limit + 1), encoding);
            assert_eq!(refused, Err(EncodingError::TooManyCategories { column: 0, limit }));
        }
    }

    #[test]
    fn rows_that_become_too_many_values_are_refused_before_they_do() {
        let names: Vec<_> = (0..CATEGORIES_MAX).map(|at| at.to_string()).collect();
        let training = [Column::Texts(names.iter().map(String::as_str).collect())];
        let encoder = Encoder::fit(&training, Encoding::Onehot).unwrap();
        let rows = |count| [Column::Texts(std::iter::repeat_n("7", count).collect())];
        let most = ENCODED_VALUES_MAX / CATEGORIES_MAX;
        assert_eq!(encoder.transform(&rows(most)).unwrap().rows(), most);
        let refused = encoder.transform(&rows(most + 1));
        let columns = CATEGORIES_MAX;
        assert_eq!(refused, Err(EncodingError::TooManyValues { rows: most + 1, columns }));
    }

    #[test]
    fn numbers_of_categories_are_folded_into_their_column() {
        let encoder = Encoder::fit(&mixed(), Encoding::Onehot).unwrap();
        let folded = encoder.folded(&[1.0, 2.0, 4.0, 8.0, -1.0, 0.0, 1.0, 0.5]);
        assert_eq!(folded, [7.0, 8.0, 0.0, 0.5]);
    }
}
