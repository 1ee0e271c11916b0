//! Rows as they came, before they are a [`Matrix`]: columns of numbers or texts, perhaps with names.

use crate::Matrix;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows of named or nameless columns.
///
/// **Invariant**: as many names, where there are any, as columns; all columns have one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the columns are called; `None` where nobody said.
    pub names: Option<Vec<String>>,
    /// The values.
    pub cells: Cells,
}

/// The values of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Numbers alone.
    Numbers(Matrix),
    /// Numbers and texts, column after column.
    Mixed(Vec<Column>),
}

/// A column as it was read. A missing text is the text `""`.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; a missing one is NaN.
    Numbers(Vec<f64>),
    /// Texts.
    Texts(Texts),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers.
    Numbers,
    /// Texts.
    Texts,
}

/// Texts of which many are the same: each different one is kept once.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// The different ones, in the order of their first row.
    different: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
    /// Of each row, the place of its text.
    codes: Vec<u32>,
}

impl Texts {
    /// Appends a row.
    pub fn push(&mut self, text: &str) {
        let place = if let Some(place) = self.places.get(text) {
            *place
        } else {
            // Far fewer than 2^32 rows, because each takes memory.
            let place = u32::try_from(self.different.len()).unwrap_or(u32::MAX);
            let text: Arc<str> = text.into();
            self.different.push(Arc::clone(&text));
            self.places.insert(text, place);
            place
        };
        self.codes.push(place);
    }

    /// The different texts, in the order of their first row.
    pub fn different(&self) -> impl Iterator<Item = &str> {
        self.different.iter().map(AsRef::as_ref)
    }

    /// Of each row, the place of its text among the [`Self::different`] ones.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(rows: I) -> Self {
        let mut texts = Self::default();
        rows.into_iter().for_each(|text| texts.push(text));
        texts
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        (&self.different, &self.codes) == (&other.different, &other.codes)
    }
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Numbers(_) => ColumnKind::Numbers,
            Self::Texts(_) => ColumnKind::Texts,
        }
    }
}

impl Table {
    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        match &self.cells {
            Cells::Numbers(matrix) => matrix.columns(),
            Cells::Mixed(columns) => columns.len(),
        }
    }

    /// What column `column` holds.
    #[must_use]
    pub fn kind(&self, column: usize) -> ColumnKind {
        match &self.cells {
            Cells::Numbers(_) => ColumnKind::Numbers,
            Cells::Mixed(columns) => columns.get(column).map_or(ColumnKind::Numbers, Column::kind),
        }
    }

    /// What column `column` is called: its name, or its place.
    #[must_use]
    pub fn name(&self, column: usize) -> String {
        let name = self.names.as_ref().and_then(|names| names.get(column));
        name.map_or_else(|| column.to_string(), |name| format!("`{name}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_texts_are_kept_once() {
        let texts: Texts = ["red", "", "red", "blue"].into_iter().collect();
        assert!(texts.different().eq(["red", "", "blue"]));
        assert_eq!(texts.codes(), [0, 1, 0, 2]);
        assert_eq!(Column::Texts(texts).len(), 4);
    }
}
