//! What the columns of the training rows were, and whether later ones are the same.

use super::encode::{Encoder, Encoding, EncodingError};
use crate::explain::Contributions;
use crate::suppression::{Sizes, Suppression};
use crate::table::{Cells, ColumnKind, Table};
use crate::{Matrix, MatrixError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The columns of the training rows: their names, and what their texts became.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Features {
    /// `None` where nobody said: then later rows may call theirs as they like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<Vec<String>>,
    /// `None` where there were numbers alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoder: Option<Encoder>,
}

/// Why the columns of rows are not what they should be. Columns are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeaturesError {
    /// Another name than in the training rows.
    #[error("column {column} is `{given}`, and was `{trained}` in the training rows")]
    Name {
        /// The column.
        column: usize,
        /// What it is called.
        given: String,
        /// What it was called.
        trained: String,
    },
    /// More or fewer columns than in the training rows.
    #[error("there are {given} columns, and there were {trained} in the training rows")]
    Columns {
        /// Columns given.
        given: usize,
        /// Columns of the training rows.
        trained: usize,
    },
    /// Texts where there should be numbers, or the other way round.
    #[error("column {name} holds {given}, and should hold {trained}", given = noun(*.trained, false), trained = noun(*.trained, true))]
    Kind {
        /// The column.
        column: usize,
        /// What it is called.
        name: String,
        /// What it should hold.
        trained: ColumnKind,
    },
    /// The texts cannot become numbers.
    #[error(transparent)]
    Encoding(EncodingError),
    /// The rows are no matrix.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

fn noun(kind: ColumnKind, is_own: bool) -> &'static str {
    if (kind == ColumnKind::Numbers) == is_own { "numbers" } else { "texts" }
}

impl Features {
    /// Learns what the columns of `training` are. `encoding` says what becomes of texts; where it
    /// is `None`, there may be none.
    ///
    /// # Errors
    /// [`FeaturesError`] for texts without an encoding, and too many categories.
    pub fn fit(training: &Table, encoding: Option<Encoding>) -> Result<Self, FeaturesError> {
        let encoder = match (&training.cells, encoding) {
            (Cells::Mixed(columns), Some(encoding)) => {
                Some(Encoder::fit(columns, encoding).map_err(FeaturesError::Encoding)?)
            }
            _ => None,
        };
        let features = Self { names: training.names.clone(), encoder };
        features.check_kinds(training)?;
        Ok(features)
    }

    /// The rows as numbers, if their columns are those of the training rows, in their order.
    ///
    /// # Errors
    /// [`FeaturesError`], naming the first column that is another.
    pub fn transform(&self, table: Table) -> Result<Matrix, FeaturesError> {
        self.check_columns(table.names.as_deref(), table.columns())?;
        self.check_kinds(&table)?;
        let columns = match table.cells {
            Cells::Numbers(matrix) => return Ok(matrix),
            Cells::Mixed(columns) => columns,
        };
        let encoder = match &self.encoder {
            Some(encoder) => Ok(Cow::Borrowed(encoder)),
            // Of numbers alone, any encoding makes the same.
            None => Encoder::fit(&columns, Encoding::Onehot).map(Cow::Owned),
        };
        let matrix = encoder.and_then(|encoder| encoder.transform(&columns));
        matrix.map_err(|error| match error {
            EncodingError::Matrix(error) => FeaturesError::Matrix(error),
            other => FeaturesError::Encoding(other),
        })
    }

    /// Whether columns that are called `names`, if that is said, are those of the training rows.
    ///
    /// # Errors
    /// [`FeaturesError::Name`] for the first one that is another, or [`FeaturesError::Columns`].
    pub fn check_columns(
        &self,
        names: Option<&[String]>,
        given: usize,
    ) -> Result<(), FeaturesError> {
        let own = self.names.as_deref();
        let pairs = names.unwrap_or_default().iter().zip(own.unwrap_or_default());
        for (column, (given, trained)) in pairs.enumerate() {
            if given != trained {
                let (given, trained) = (given.clone(), trained.clone());
                return Err(FeaturesError::Name { column, given, trained });
            }
        }
        let trained = self.columns(own.map_or(given, <[String]>::len));
        if given == trained { Ok(()) } else { Err(FeaturesError::Columns { given, trained }) }
    }

    fn check_kinds(&self, table: &Table) -> Result<(), FeaturesError> {
        let mut pairs = self.kinds(table.columns()).into_iter().enumerate();
        match pairs.find(|(column, trained)| table.kind(*column) != *trained) {
            None => Ok(()),
            Some((column, trained)) => {
                Err(FeaturesError::Kind { column, name: table.name(column), trained })
            }
        }
    }

    /// Whether nothing is known of the columns: numbers without names.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What the columns are called, where that was said.
    #[must_use]
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// What was learnt of texts, where there were any.
    #[must_use]
    pub fn encoder(&self) -> Option<&Encoder> {
        self.encoder.as_ref()
    }

    /// How many columns there were before texts became numbers, where `encoded` is how many there
    /// are now.
    #[must_use]
    pub fn columns(&self, encoded: usize) -> usize {
        self.encoder.as_ref().map_or(encoded, Encoder::columns)
    }

    /// What each of `columns` columns holds.
    #[must_use]
    pub fn kinds(&self, columns: usize) -> Vec<ColumnKind> {
        match &self.encoder {
            Some(encoder) => encoder.kinds().collect(),
            None => vec![ColumnKind::Numbers; columns],
        }
    }

    /// Contributions of encoded columns, summed for the columns that they came from.
    #[must_use]
    pub fn folded(&self, contributions: Contributions) -> Contributions {
        let Some(encoder) = &self.encoder else { return contributions };
        Contributions {
            values: encoder.folded(&contributions.values),
            columns: encoder.columns(),
            ..contributions
        }
    }

    /// Sizes of columns, each repeated for as many columns as its own became.
    #[must_use]
    pub fn spread(&self, suppression: &Suppression) -> Suppression {
        let Some(encoder) = &self.encoder else { return suppression.clone() };
        let spread = |sizes: &Sizes| match sizes {
            Sizes::All(size) => Sizes::All(*size),
            Sizes::Each(sizes) => {
                let pairs = sizes.iter().zip(encoder.widths());
                let repeated = pairs.flat_map(|(size, width)| std::iter::repeat_n(*size, width));
                Sizes::Each(repeated.collect())
            }
        };
        Suppression {
            absolute: suppression.absolute.as_ref().map(spread),
            relative: suppression.relative.as_ref().map(spread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn numbers(names: &[&str]) -> Table {
        let matrix = Matrix::new(2, vec![1.0, 2.0, 3.0, 4.0]).unwrap();
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let names = Some(names).filter(|names| !names.is_empty());
        Table { names, cells: Cells::Numbers(matrix) }
    }

    fn mixed(names: &[&str]) -> Table {
        let texts = Column::Texts(["red", "blue"].into_iter().collect());
        let cells = Cells::Mixed(vec![Column::Numbers(vec![1.0, 2.0]), texts]);
        Table { cells, ..numbers(names) }
    }

    #[test]
    fn columns_have_to_be_those_of_the_training_in_their_order() {
        let features = Features::fit(&numbers(&["a", "b"]), None).unwrap();
        assert!(features.transform(numbers(&["a", "b"])).is_ok());
        assert!(features.transform(numbers(&[])).is_ok());
        let refusal = |names: &[&str]| features.transform(numbers(names)).unwrap_err().to_string();
        assert_eq!(refusal(&["b", "a"]), "column 0 is `b`, and was `a` in the training rows");
        let one = Cells::Numbers(Matrix::new(1, vec![1.0]).unwrap());
        for names in [Some(vec!["a".to_owned()]), None] {
            let refused = features.transform(Table { names, cells: one.clone() });
            assert_eq!(refused, Err(FeaturesError::Columns { given: 1, trained: 2 }));
        }
        assert!(Features::default().transform(numbers(&["x", "y"])).is_ok());
    }

    #[test]
    fn texts_and_numbers_do_not_stand_in_for_each_other() {
        let refused = Features::fit(&mixed(&["a", "colour"]), None).unwrap_err().to_string();
        assert_eq!(refused, "column `colour` holds texts, and should hold numbers");
        let plain = Features::fit(&numbers(&[]), Some(Encoding::Onehot)).unwrap();
        assert!(plain.is_none());
        let refused = plain.transform(mixed(&[])).unwrap_err().to_string();
        assert_eq!(refused, "column 1 holds texts, and should hold numbers");
        let colours = Features::fit(&mixed(&[]), Some(Encoding::Onehot)).unwrap();
        assert_eq!(colours.transform(mixed(&[])).unwrap().columns(), 3);
        let refused = colours.transform(numbers(&[])).unwrap_err().to_string();
        assert_eq!(refused, "column 1 holds numbers, and should hold texts");
    }

    #[test]
    fn sizes_go_with_columns_and_not_with_categories() {
        let features = Features::fit(&mixed(&[]), Some(Encoding::Onehot)).unwrap();
        let sizes = Suppression { absolute: Some(Sizes::Each(vec![5.0, 0.5])), relative: None };
        let spread = features.spread(&sizes);
        assert_eq!(spread.absolute, Some(Sizes::Each(vec![5.0, 0.5, 0.5])));
        assert_eq!((features.columns(3), Features::default().columns(3)), (2, 3));
    }
}
