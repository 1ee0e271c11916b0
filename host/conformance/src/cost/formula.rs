//! A cost as a sum of terms.

use serde::{Deserialize, Deserializer, Serialize};

/// A function of the number of rows n and of columns c.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Term {
    /// 1
    #[serde(rename = "1")]
    One,
    /// c
    #[serde(rename = "columns")]
    Columns,
    /// c³
    #[serde(rename = "columns^3")]
    ColumnsCubed,
    /// n
    #[serde(rename = "rows")]
    Rows,
    /// n·c
    #[serde(rename = "rows*columns")]
    Cells,
    /// n·c²
    #[serde(rename = "rows*columns^2")]
    RowsColumnsSquared,
    /// n·log₂n
    #[serde(rename = "rows*log2(rows)")]
    RowsLog,
    /// n·log₂n·c
    #[serde(rename = "rows*log2(rows)*columns")]
    CellsLog,
    /// n²
    #[serde(rename = "rows^2")]
    RowsSquared,
    /// n²·c
    #[serde(rename = "rows^2*columns")]
    RowsSquaredColumns,
}

/// How fast a term grows with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Growth {
    Linear,
    Logarithmic,
    Quadratic,
}

impl Term {
    /// All of them: constant, linear, and what distances, sorts, covariances and their inverses
    /// cost.
    pub(crate) const ALL: [Self; 10] = [
        Self::One,
        Self::Columns,
        Self::ColumnsCubed,
        Self::Rows,
        Self::Cells,
        Self::RowsColumnsSquared,
        Self::RowsLog,
        Self::CellsLog,
        Self::RowsSquared,
        Self::RowsSquaredColumns,
    ];

    pub(super) fn growth(self) -> Growth {
        match self {
            Self::RowsSquared | Self::RowsSquaredColumns => Growth::Quadratic,
            Self::RowsLog | Self::CellsLog => Growth::Logarithmic,
            _ => Growth::Linear,
        }
    }

    /// Its value; at least 0.
    #[expect(clippy::cast_precision_loss, reason = "sizes of tables")]
    pub(crate) fn at(self, rows: u64, columns: u64) -> f64 {
        let (n, c) = (rows as f64, columns as f64);
        let log = libm::log2(n.max(1.0));
        match self {
            Self::One => 1.0,
            Self::Columns => c,
            Self::ColumnsCubed => c * c * c,
            Self::Rows => n,
            Self::Cells => n * c,
            Self::RowsColumnsSquared => n * c * c,
            Self::RowsLog => n * log,
            Self::CellsLog => n * log * c,
            Self::RowsSquared => n * n,
            Self::RowsSquaredColumns => n * n * c,
        }
    }
}

/// One term of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficient {
    /// The function.
    pub term: Term,
    /// Its factor: finite and at least 0, so that no cost falls with more rows or columns.
    #[serde(deserialize_with = "magnitude")]
    pub factor: f64,
}

/// A sum of terms, and how far it was off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    terms: Vec<Coefficient>,
    #[serde(deserialize_with = "optional_magnitude")]
    error: Option<f64>,
}

impl Formula {
    pub(crate) fn new(terms: Vec<Coefficient>, error: Option<f64>) -> Self {
        Self { terms, error }
    }

    /// Its terms.
    #[must_use]
    pub fn terms(&self) -> &[Coefficient] {
        &self.terms
    }

    /// The greatest error at the tables that it was not fitted to, as a part of what they cost; at
    /// least 0. `None` where none of them could be measured.
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        self.error
    }

    /// Its value; at least 0, infinite where that is too much for a float.
    #[must_use]
    pub fn at(&self, rows: u64, columns: u64) -> f64 {
        let value = |it: &Coefficient| it.factor * it.term.at(rows, columns);
        self.terms.iter().map(value).sum()
    }
}

/// A number that is finite and at least 0.
pub(super) fn magnitude<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number.is_finite() && number >= 0.0 {
        return Ok(number);
    }
    Err(serde::de::Error::custom("a cost must be finite and at least 0"))
}

fn optional_magnitude<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = Option::<f64>::deserialize(deserializer)?;
    if number.is_none_or(|number| number.is_finite() && number >= 0.0) {
        return Ok(number);
    }
    Err(serde::de::Error::custom("an error must be finite and at least 0"))
}
