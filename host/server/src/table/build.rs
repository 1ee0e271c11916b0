//! Where readers put values: one column after the other grows, within bounds.

use super::error::{CellFault, NameFault, Place, TableError, cut};
use crate::limits::Limits;
use pynomaly_core::preprocessing::{CATEGORY_BYTES_MAX, Features};
use pynomaly_core::table::{Cells, Column, ColumnKind, Table, Texts};
use pynomaly_core::{Matrix, MatrixError};
use std::collections::HashSet;

/// What columns may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Numbers.
    Numbers,
    /// Each either numbers or texts.
    Either,
    /// Each what it held in the training rows, under the same name.
    Like(&'a Features),
}

/// A table while it grows.
pub(super) struct Builder<'a> {
    limits: &'a Limits,
    names: Option<Vec<String>>,
    columns: Vec<Growing>,
    rows: usize,
}

enum Growing {
    /// Nothing but so many missing values yet.
    Unknown(usize),
    Known(Column),
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        limits: &'a Limits,
        wanted: Wanted<'_>,
        names: Option<Vec<String>>,
        columns: usize,
    ) -> Result<Self, TableError> {
        if columns > limits.columns_max {
            return Err(TableError::TooManyColumns { limit: limits.columns_max });
        }
        let names = names.map(|names| check_names(names, columns, limits)).transpose()?;
        let columns = match wanted {
            Wanted::Either => (0..columns).map(|_| Growing::Unknown(0)).collect(),
            Wanted::Numbers => (0..columns).map(|_| Growing::of(ColumnKind::Numbers)).collect(),
            Wanted::Like(features) => {
                features.check_columns(names.as_deref(), columns)?;
                features.kinds(columns).into_iter().map(Growing::of).collect()
            }
        };
        Ok(Self { limits, names, columns, rows: 0 })
    }

    /// The same, where it is known what each column holds.
    pub(super) fn with_kinds(self, kinds: Vec<ColumnKind>) -> Self {
        Self { columns: kinds.into_iter().map(Growing::of).collect(), ..self }
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// What column `column` is called.
    pub(super) fn name(&self, column: usize) -> Option<&str> {
        self.names.as_ref()?.get(column).map(String::as_str)
    }

    /// Counts one more row; each of its columns gets one value.
    pub(super) fn begin_row(&mut self, line: Option<u64>) -> Result<Place, TableError> {
        if self.rows == self.limits.rows_max {
            return Err(TableError::TooManyRows { limit: self.limits.rows_max });
        }
        let place = Place { row: self.rows, line };
        self.rows += 1;
        // A value takes a byte at least, but for those of Arrow.
        let limit = self.limits.body_bytes_max;
        if self.rows.saturating_mul(self.columns.len()) > limit {
            return Err(TableError::TooManyValues { limit });
        }
        Ok(place)
    }

    pub(super) fn missing(&mut self, column: usize) {
        match self.columns.get_mut(column) {
            Some(Growing::Unknown(missing)) => *missing += 1,
            Some(Growing::Known(Column::Numbers(numbers))) => numbers.push(f64::NAN),
            Some(Growing::Known(Column::Texts(texts))) => texts.push(""),
            None => {}
        }
    }

    /// Appends a number; a NaN is a missing one.
    pub(super) fn number(
        &mut self,
        place: Place,
        column: usize,
        number: f64,
    ) -> Result<(), TableError> {
        if number.is_nan() {
            self.missing(column);
            return Ok(());
        }
        if number.is_infinite() {
            return Err(self.fault(place, column, CellFault::Infinite));
        }
        match self.known(column, ColumnKind::Numbers) {
            Some(Column::Numbers(numbers)) => numbers.push(number),
            Some(Column::Texts(_)) => {
                return Err(self.fault(place, column, CellFault::kind(ColumnKind::Texts)));
            }
            None => {}
        }
        Ok(())
    }

    pub(super) fn text(
        &mut self,
        place: Place,
        column: usize,
        text: &str,
    ) -> Result<(), TableError> {
        if text.len() > CATEGORY_BYTES_MAX {
            let fault = CellFault::TooLong { limit: CATEGORY_BYTES_MAX };
            return Err(self.fault(place, column, fault));
        }
        match self.known(column, ColumnKind::Texts) {
            Some(Column::Texts(texts)) => texts.push(text),
            Some(Column::Numbers(_)) => {
                return Err(self.fault(place, column, CellFault::kind(ColumnKind::Numbers)));
            }
            None => {}
        }
        Ok(())
    }

    /// Appends what a cell without a type says: a number, or a text where `column` holds texts.
    pub(super) fn cell(
        &mut self,
        place: Place,
        column: usize,
        cell: &str,
    ) -> Result<(), TableError> {
        let cell = cell.trim();
        if matches!(self.columns.get(column), Some(Growing::Known(Column::Texts(_)))) {
            return self.text(place, column, cell);
        }
        match number(cell) {
            Some(number) => self.number(place, column, number),
            None => Err(self.fault(place, column, CellFault::NoNumber(cut(cell)))),
        }
    }

    /// The column, which is of `kind` from now on if nothing was known of it.
    fn known(&mut self, column: usize, kind: ColumnKind) -> Option<&mut Column> {
        let growing = self.columns.get_mut(column)?;
        if let Growing::Unknown(missing) = growing {
            *growing = Growing::Known(match kind {
                ColumnKind::Numbers => Column::Numbers(vec![f64::NAN; *missing]),
                ColumnKind::Texts => {
                    Column::Texts(std::iter::repeat_n("", *missing).collect::<Texts>())
                }
            });
        }
        match growing {
            Growing::Known(column) => Some(column),
            Growing::Unknown(_) => None,
        }
    }

    /// What is wrong with a value.
    pub(super) fn fault(&self, place: Place, column: usize, fault: CellFault) -> TableError {
        let name = self.name(column).map_or_else(|| column.to_string(), |name| format!("`{name}`"));
        TableError::Cell { place, column, name, fault }
    }

    /// All of it. A column of nothing but missing values is one of numbers.
    pub(super) fn finish(self) -> Result<Table, TableError> {
        if self.rows == 0 || self.columns.is_empty() {
            return Err(TableError::NoRows);
        }
        let columns: Vec<_> = self.columns.into_iter().map(Growing::column).collect();
        let has_texts = columns.iter().any(|column| column.kind() == ColumnKind::Texts);
        let cells = if has_texts { Cells::Mixed(columns) } else { numbers(&columns, self.rows)? };
        Ok(Table { names: self.names, cells })
    }
}

impl Growing {
    fn of(kind: ColumnKind) -> Self {
        Self::Known(match kind {
            ColumnKind::Numbers => Column::Numbers(Vec::new()),
            ColumnKind::Texts => Column::Texts(Texts::default()),
        })
    }

    fn column(self) -> Column {
        match self {
            Self::Unknown(missing) => Column::Numbers(vec![f64::NAN; missing]),
            Self::Known(column) => column,
        }
    }
}

/// Columns of `rows` numbers each, row after row.
fn numbers(columns: &[Column], rows: usize) -> Result<Cells, TableError> {
    let width = columns.len();
    let mut values = vec![f64::NAN; rows * width];
    for (at, column) in columns.iter().enumerate() {
        let Column::Numbers(numbers) = column else { continue };
        let places = values.iter_mut().skip(at).step_by(width);
        places.zip(numbers).for_each(|(place, number)| *place = *number);
    }
    // Values are finite or missing, and there are some.
    let matrix = Matrix::new(width, values).map_err(|_: MatrixError| TableError::NoRows)?;
    Ok(Cells::Numbers(matrix))
}

/// A finite number, or NaN for an empty cell.
pub(super) fn number(cell: &str) -> Option<f64> {
    match cell {
        "" => Some(f64::NAN),
        text => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

/// `names` without space around them, if they can be those of `columns` columns.
pub(crate) fn check_names(
    names: Vec<String>,
    columns: usize,
    limits: &Limits,
) -> Result<Vec<String>, TableError> {
    let (given, limit) = (names.len(), limits.name_bytes_max);
    if given != columns {
        return Err(TableError::Names { given, columns });
    }
    let names: Vec<_> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    let mut known = HashSet::new();
    for (column, name) in names.iter().enumerate() {
        if name.is_empty() || name.len() > limit || name.chars().any(char::is_control) {
            return Err(TableError::Name { column, fault: NameFault::Text { limit } });
        }
        if !known.insert(name) {
            return Err(TableError::Name { column, fault: NameFault::Twice(cut(name)) });
        }
    }
    Ok(names)
}
