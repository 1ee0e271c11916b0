use pynomaly_core::preprocessing::FeaturesError;
use pynomaly_core::table::ColumnKind;
use std::fmt;

/// Why a body is no table, or not one that can be used. Rows and columns are counted from 0,
/// lines from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TableError {
    #[error("the body is not {media_type}: {cause}")]
    Syntax { media_type: &'static str, cause: String },
    #[error("there are no rows")]
    NoRows,
    #[error("there are more than {limit} rows, which is the limit")]
    TooManyRows { limit: usize },
    #[error("there are more than {limit} values, which is the limit")]
    TooManyValues { limit: usize },
    #[error("there are more than {limit} columns, which is the limit")]
    TooManyColumns { limit: usize },
    #[error("there are more than {limit} messages, which is the limit: make the batches larger")]
    TooManyMessages { limit: usize },
    #[error(
        "the first line has numbers alone: say `text/csv; header=absent` if it does not name the \
         columns, `header=present` if it does"
    )]
    Header,
    #[error("{given} names do not go with {columns} columns")]
    Names { given: usize, columns: usize },
    #[error("the name of column {column} {fault}")]
    Name { column: usize, fault: NameFault },
    #[error("column {name} is of the type {found}: numbers, booleans and texts are taken")]
    Type { column: usize, name: String, found: String },
    #[error("{place} has {given} values where there are {columns} columns")]
    Ragged { place: Place, given: usize, columns: usize },
    #[error("{place} has the column {name:?}, and the first line has not")]
    Key { place: Place, name: String },
    #[error(transparent)]
    Features(#[from] FeaturesError),
    #[error("{place}, column {name}: {fault}")]
    Cell { place: Place, column: usize, name: String, fault: CellFault },
}

/// What is wrong with the name of a column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NameFault {
    #[error("must have 1 to {limit} bytes, and no control characters")]
    Text { limit: usize },
    #[error("is that of another: {0:?}")]
    Twice(String),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CellFault {
    #[error("{0:?} is no finite number")]
    NoNumber(String),
    #[error("the value is infinite")]
    Infinite,
    #[error("a text, where there are numbers")]
    Text,
    #[error("a number, where there are texts")]
    Number,
    #[error("a text of more than {limit} bytes, which is the limit")]
    TooLong { limit: usize },
    #[error("it stands twice")]
    Twice,
    #[error("it is absent; a missing value is null")]
    Absent,
}

/// A row, and its line where the body has lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: usize,
    pub(crate) line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "line {line}"),
            None => write!(out, "row {}", self.row),
        }
    }
}

impl CellFault {
    /// One kind where there should be the other.
    pub(super) fn kind(expected: ColumnKind) -> Self {
        match expected {
            ColumnKind::Numbers => Self::Text,
            ColumnKind::Texts => Self::Number,
        }
    }
}

impl TableError {
    /// Where, as a pointer into the JSON body that would say the same.
    pub(crate) fn pointer(&self) -> String {
        match self {
            Self::Syntax { .. } | Self::Features(_) => String::new(),
            Self::NoRows
            | Self::TooManyRows { .. }
            | Self::TooManyValues { .. }
            | Self::TooManyMessages { .. } => "/data".into(),
            Self::TooManyColumns { .. } => "/data/0".into(),
            Self::Header | Self::Names { .. } => "/columns".into(),
            Self::Name { column, .. } | Self::Type { column, .. } => format!("/columns/{column}"),
            Self::Ragged { place, .. } | Self::Key { place, .. } => format!("/data/{}", place.row),
            Self::Cell { place, column, .. } => format!("/data/{}/{column}", place.row),
        }
    }
}

/// As much of a client's text as an error repeats.
pub(super) fn cut(text: &str) -> String {
    cut_to(text, 40)
}

/// At most so many characters of `text`.
pub(super) fn cut_to(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
