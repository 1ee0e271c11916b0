//! `application/x-ndjson`: a JSON object or array in each line. The keys of the first line are the
//! columns, and every other line has the same ones.

use super::build::{Builder, Wanted};
use super::error::{CellFault, Place, TableError, cut};
use crate::limits::Limits;
use pynomaly_core::table::Table;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;

/// The rows of `bytes`.
pub(super) fn read(bytes: &[u8], wanted: Wanted<'_>, limits: &Limits) -> Result<Table, TableError> {
    let bytes = bytes.trim_ascii_end();
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next().filter(|line| !line.is_empty()).ok_or(TableError::NoRows)?;
    let Columns { names, count } =
        parse(first, 1, ColumnsVisitor { columns_max: limits.columns_max })?;
    if count == 0 {
        return Err(TableError::NoRows);
    }
    let places = names.iter().flatten().cloned().zip(0..).collect();
    let builder = Builder::new(limits, wanted, names, count)?;
    let mut rows = Rows { builder, places, rows_of: vec![None; count] };
    for (line, number) in std::iter::once(first).chain(lines).zip(1..) {
        rows.push(line, number)?;
    }
    rows.builder.finish()
}

/// What the first line says.
struct Columns {
    names: Option<Vec<String>>,
    count: usize,
}

struct Rows<'a> {
    builder: Builder<'a>,
    places: HashMap<String, usize>,
    /// The last row that had a value of each column.
    rows_of: Vec<Option<usize>>,
}

impl Rows<'_> {
    fn push(&mut self, line: &[u8], number: u64) -> Result<(), TableError> {
        let place = self.builder.begin_row(Some(number))?;
        let mut fault = None;
        let parsed = parse(line, number, RowVisitor { rows: self, place, fault: &mut fault });
        fault.map_or(parsed, Err)
    }

    /// Notes that there is a value of `column`.
    fn note(&mut self, place: Place, column: usize) -> Result<(), TableError> {
        match self.rows_of.get_mut(column) {
            Some(row) if *row == Some(place.row) => {
                Err(self.builder.fault(place, column, CellFault::Twice))
            }
            Some(row) => {
                *row = Some(place.row);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Refuses a row that has not a value of every column.
    fn check(&self, place: Place) -> Result<(), TableError> {
        match self.rows_of.iter().position(|row| *row != Some(place.row)) {
            Some(column) => Err(self.builder.fault(place, column, CellFault::Absent)),
            None => Ok(()),
        }
    }
}

/// What `visitor` makes of one line.
fn parse<'de, V: Visitor<'de>>(
    line: &'de [u8],
    number: u64,
    visitor: V,
) -> Result<V::Value, TableError> {
    let mut parser = serde_json::Deserializer::from_slice(line);
    let parsed = parser.deserialize_any(visitor).and_then(|value| parser.end().map(|()| value));
    parsed.map_err(|error| {
        // It knows of one line.
        let cause = error.to_string();
        let cause = cause.split(" at line 1 ").next().unwrap_or_default();
        let cause = format!("line {number}, character {}: {cause}", error.column());
        TableError::Syntax { media_type: "NDJSON", cause }
    })
}

struct ColumnsVisitor {
    /// Names of more columns are counted and not kept: they are refused anyway.
    columns_max: usize,
}

impl<'de> Visitor<'de> for ColumnsVisitor {
    type Value = Columns;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Columns, A::Error> {
        let (mut names, mut count) = (Vec::new(), 0);
        while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
            count += 1;
            if count <= self.columns_max {
                names.push(name);
            }
        }
        Ok(Columns { count, names: Some(names) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Columns, A::Error> {
        let mut count = 0;
        while values.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Columns { names: None, count })
    }
}

struct RowVisitor<'a, 'b> {
    rows: &'a mut Rows<'b>,
    place: Place,
    /// What is wrong, where it is not the JSON: more than the parser's errors can say.
    fault: &'a mut Option<TableError>,
}

impl RowVisitor<'_, '_> {
    fn keep<T, E: Error>(&mut self, outcome: Result<T, TableError>) -> Result<T, E> {
        outcome.map_err(|error| {
            *self.fault = Some(error);
            E::custom("")
        })
    }

    fn ragged(&self, given: usize) -> TableError {
        TableError::Ragged { place: self.place, given, columns: self.rows.builder.columns() }
    }
}

impl<'de> Visitor<'de> for RowVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.rows.places.is_empty() { "an array" } else { "an object" })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(found) = map.next_key_seed(Key { rows: self.rows, expected })? {
            let place = self.place;
            let column = found.map_err(|name| TableError::Key { place, name });
            let column = self.keep(column)?;
            let noted = self.rows.note(place, column);
            self.keep(noted)?;
            let pushed = map.next_value_seed(Cell { rows: self.rows, place, column })?;
            self.keep(pushed)?;
            expected = column + 1;
        }
        let checked = if self.rows.places.is_empty() { Err(self.ragged(0)) } else { Ok(()) };
        self.keep(checked)?;
        let checked = self.rows.check(self.place);
        self.keep(checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        let mut given = 0;
        let place = self.place;
        while let Some(pushed) =
            values.next_element_seed(Cell { rows: self.rows, place, column: given })?
        {
            self.keep(pushed)?;
            given += 1;
        }
        let is_whole = given == self.rows.builder.columns() && self.rows.places.is_empty();
        let checked = if is_whole { Ok(()) } else { Err(self.ragged(given)) };
        self.keep(checked)
    }
}

/// A key as the column that it names: mostly the one `expected`. An unknown one is given back.
struct Key<'a, 'b> {
    rows: &'a Rows<'b>,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = Result<usize, String>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        if self.rows.builder.name(self.expected) == Some(name) {
            return Ok(Ok(self.expected));
        }
        Ok(self.rows.places.get(name).copied().ok_or_else(|| cut(name)))
    }
}

/// Appends one value.
struct Cell<'a, 'b> {
    rows: &'a mut Rows<'b>,
    place: Place,
    column: usize,
}

impl<'de> DeserializeSeed<'de> for Cell<'_, '_> {
    type Value = Result<(), TableError>;

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<Self::Value, D::Error> {
        parser.deserialize_any(self)
    }
}

#[expect(clippy::cast_precision_loss, reason = "the nearest number, as everywhere in JSON")]
impl Visitor<'_> for Cell<'_, '_> {
    type Value = Result<(), TableError>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number, a text, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        self.rows.builder.missing(self.column);
        Ok(Ok(()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.rows.builder.number(self.place, self.column, f64::from(u8::from(value))))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.rows.builder.number(self.place, self.column, value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.rows.builder.number(self.place, self.column, value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.rows.builder.number(self.place, self.column, value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.rows.builder.text(self.place, self.column, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_core::table::{Cells, Column};

    fn table(text: &str, wanted: Wanted<'_>) -> Result<Table, String> {
        let limits = Limits { rows_max: 3, columns_max: 3, ..Limits::default() };
        read(text.as_bytes(), wanted, &limits).map_err(|error| {
            let pointer = error.pointer();
            format!("{pointer} {error}")
        })
    }

    #[test]
    fn lines_are_rows_whatever_the_order_of_their_keys() {
        let text = "{\"a\": 1, \"b\": null}\r\n{\"b\": true, \"a\": -3e2}\n\n";
        let Table { names, cells } = table(text, Wanted::Numbers).unwrap();
        assert_eq!(names, Some(vec!["a".to_owned(), "b".to_owned()]));
        let Cells::Numbers(matrix) = cells else { panic!("{cells:?}") };
        assert!(matrix.values()[1].is_nan());
        assert_eq!(matrix.row(1), Some(&[-300.0, 1.0][..]));
        let Table { names, cells } = table("[1,2]\n[3,4]", Wanted::Numbers).unwrap();
        let Cells::Numbers(matrix) = cells else { panic!("{cells:?}") };
        assert_eq!((names, matrix.values()), (None, &[1.0, 2.0, 3.0, 4.0][..]));
    }

    #[test]
    fn texts_and_missing_ones_are_categories() {
        let text = "{\"c\": null, \"n\": 1}\n{\"c\": \"red\", \"n\": 2}\n{\"c\": null, \"n\": 3}";
        let Cells::Mixed(columns) = table(text, Wanted::Either).unwrap().cells else { panic!() };
        let [Column::Texts(texts), Column::Numbers(numbers)] = &columns[..] else { panic!() };
        assert!(texts.different().eq(["", "red"]) && texts.codes() == [0, 1, 0]);
        assert_eq!(numbers, &[1.0, 2.0, 3.0]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, expected) in [
            ("", "/data there are no rows"),
            ("{}", "/data there are no rows"),
            ("[]\n[]", "/data there are no rows"),
            (
                "7",
                " the body is not NDJSON: line 1, character 1: invalid type: integer `7`, \
                   expected an object or an array",
            ),
            ("[1]\n[2", " the body is not NDJSON: line 2, character 2: EOF while parsing a list"),
            (
                "[1]\n\n[2]",
                " the body is not NDJSON: line 2, character 0: EOF while parsing a value",
            ),
            (
                "[1]\n[[2]]",
                " the body is not NDJSON: line 2, character 2: invalid type: sequence, \
                            expected a number, a text, true, false or null",
            ),
            ("[1] [2]", " the body is not NDJSON: line 1, character 5: trailing characters"),
            ("[1e999]", " the body is not NDJSON: line 1, character 6: number out of range"),
            ("[1,2]\n[3]", "/data/1 line 2 has 1 values where there are 2 columns"),
            ("[1]\n{\"a\":1}", "/data/1 line 2 has the column \"a\", and the first line has not"),
            ("[1]\n{}", "/data/1 line 2 has 0 values where there are 1 columns"),
            ("{\"a\":1}\n[1]", "/data/1 line 2 has 1 values where there are 1 columns"),
            (
                "{\"a\":1}\n{\"b\":1}",
                "/data/1 line 2 has the column \"b\", and the first line has not",
            ),
            (
                "{\"a\":1,\"b\":2}\n{\"b\":1}",
                "/data/1/0 line 2, column `a`: it is absent; a missing \
                                             value is null",
            ),
            ("{\"a\":1}\n{\"a\":1,\"a\":2}", "/data/1/0 line 2, column `a`: it stands twice"),
            ("{\"a\":1,\"a\":2}", "/columns/1 the name of column 1 is that of another: \"a\""),
            ("[1]\n[\"x\"]", "/data/1/0 line 2, column 0: a text, where there are numbers"),
            ("[1]\n[2]\n[3]\n[4]", "/data there are more than 3 rows, which is the limit"),
            ("[1,2,3,4]", "/data/0 there are more than 3 columns, which is the limit"),
        ] {
            assert_eq!(table(text, Wanted::Numbers).unwrap_err(), expected, "{text:?}");
        }
        let mixed = table("[\"x\"]\n[1]", Wanted::Either).unwrap_err();
        assert_eq!(mixed, "/data/1/0 line 2, column 0: a number, where there are texts");
        let long = format!("[\"{}\"]", "x".repeat(257));
        assert!(table(&long, Wanted::Either).unwrap_err().contains("more than 256 bytes"));
    }
}
