//! `text/csv` (RFC 4180): commas, quotes, UTF-8.

use super::build::{Builder, Wanted, number};
use super::error::{Place, TableError};
use super::media_type::Header;
use crate::limits::Limits;
use ::csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use pynomaly_core::table::{ColumnKind, Table};

/// The rows of `bytes`. Where both kinds of columns are wanted, one with a cell that is no number
/// is one of texts.
pub(super) fn read(
    bytes: &[u8],
    header: Header,
    wanted: Wanted<'_>,
    limits: &Limits,
) -> Result<Table, TableError> {
    let mut rows = Rows::new(bytes);
    let Some(first) = rows.next()? else { return Err(TableError::NoRows) };
    if first.len() > limits.columns_max {
        return Err(TableError::TooManyColumns { limit: limits.columns_max });
    }
    let first = first.clone();
    let is_header = header != Header::Absent;
    if header == Header::Unsaid && first.iter().all(|cell| number(cell.trim()).is_some()) {
        return Err(TableError::Header);
    }
    let names = is_header.then(|| first.iter().map(str::to_owned).collect());
    let mut builder = Builder::new(limits, wanted, names, first.len())?;
    if matches!(wanted, Wanted::Either) {
        builder = builder.with_kinds(kinds(bytes, is_header, first.len(), limits)?);
    }
    if !is_header {
        push(&mut builder, &first, 1)?;
    }
    while let Some(record) = rows.next()? {
        let line = record.position().map_or(0, ::csv::Position::line);
        push(&mut builder, record, line)?;
    }
    builder.finish()
}

fn push(builder: &mut Builder<'_>, record: &StringRecord, line: u64) -> Result<(), TableError> {
    let place = builder.begin_row(Some(line))?;
    record.iter().enumerate().try_for_each(|(column, cell)| builder.cell(place, column, cell))
}

/// What each column holds, seen over all rows.
fn kinds(
    bytes: &[u8],
    is_header: bool,
    columns: usize,
    limits: &Limits,
) -> Result<Vec<ColumnKind>, TableError> {
    let mut rows = Rows::new(bytes);
    let mut kinds = vec![ColumnKind::Numbers; columns];
    let mut left = limits.rows_max.saturating_add(usize::from(is_header));
    if is_header {
        rows.next()?;
    }
    while left > 0
        && let Some(record) = rows.next()?
    {
        left -= 1;
        for (kind, cell) in kinds.iter_mut().zip(record) {
            if *kind == ColumnKind::Numbers && number(cell.trim()).is_none() {
                *kind = ColumnKind::Texts;
            }
        }
    }
    Ok(kinds)
}

/// Reads record after record into the same memory.
struct Rows<'a> {
    reader: Reader<&'a [u8]>,
    record: StringRecord,
    read: usize,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
        Self { reader, record: StringRecord::new(), read: 0 }
    }

    fn next(&mut self) -> Result<Option<&StringRecord>, TableError> {
        let started = self.reader.position().line();
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| fault(&error, self.read))? {
            return Ok(None);
        }
        // The reader passes over blank lines. One between rows may be a missing value.
        let ended = self.reader.position().line();
        let own: usize = self.record.iter().map(|cell| cell.matches('\n').count()).sum();
        let own = u64::try_from(own).unwrap_or(u64::MAX).saturating_add(1);
        if ended.saturating_sub(started) > own {
            let cause = format!("there is a blank line between {started} and {ended}");
            return Err(TableError::Syntax { media_type: "CSV", cause });
        }
        self.read += 1;
        Ok(Some(&self.record))
    }
}

/// What the reader found wrong after so many records.
fn fault(error: &::csv::Error, read: usize) -> TableError {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map(::csv::Position::line);
            let place = Place { row: read.saturating_sub(1), line };
            let to_count = |length: u64| usize::try_from(length).unwrap_or(usize::MAX);
            TableError::Ragged { place, given: to_count(*len), columns: to_count(*expected_len) }
        }
        ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or(0, ::csv::Position::line);
            let cause = format!("line {line}, column {}: no UTF-8", err.field());
            TableError::Syntax { media_type: "CSV", cause }
        }
        _ => TableError::Syntax { media_type: "CSV", cause: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_core::preprocessing::{Encoding, Features};
    use pynomaly_core::table::{Cells, Column};

    fn table(text: &[u8], header: Header, wanted: Wanted<'_>) -> Result<Table, String> {
        let limits = Limits { rows_max: 3, columns_max: 3, ..Limits::default() };
        read(text, header, wanted, &limits).map_err(|error| {
            let pointer = error.pointer();
            format!("{pointer} {error}")
        })
    }

    fn values(text: &str, header: Header) -> Result<Vec<f64>, String> {
        match table(text.as_bytes(), header, Wanted::Numbers)?.cells {
            Cells::Numbers(matrix) => Ok(matrix.into_values()),
            Cells::Mixed(columns) => panic!("{columns:?}"),
        }
    }

    #[test]
    fn lines_are_rows_and_the_first_names_them() {
        let named = table(b"a, b \r\n1,2\r\n-3e2,\r\n", Header::Unsaid, Wanted::Numbers).unwrap();
        assert_eq!(named.names, Some(vec!["a".to_owned(), "b".to_owned()]));
        let text = "a,b\n1,2\n\"-3e2\",0.1";
        assert_eq!(values(text, Header::Present).unwrap(), [1.0, 2.0, -300.0, 0.1]);
        assert_eq!(values("1,2\n3,4\n", Header::Absent).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(values("1,2\n3,4\n", Header::Present).unwrap(), [3.0, 4.0]);
        assert!(values("a,b\n1,\n", Header::Unsaid).unwrap()[1].is_nan());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let refusal = |text: &str| values(text, Header::Unsaid).unwrap_err();
        for (text, expected) in [
            ("", "/data there are no rows"),
            ("a,b\n", "/data there are no rows"),
            ("a,b\n1,2\n3\n", "/data/1 line 3 has 1 values where there are 2 columns"),
            ("a,b\n1,2\n3,x\n", "/data/1/1 line 3, column `b`: \"x\" is no finite number"),
            ("a,b\n1,inf\n", "/data/0/1 line 2, column `b`: \"inf\" is no finite number"),
            ("a\n1\n2\n3\n4\n", "/data there are more than 3 rows, which is the limit"),
            ("a,b,c,d\n", "/data/0 there are more than 3 columns, which is the limit"),
            ("a,a\n1,2\n", "/columns/1 the name of column 1 is that of another: \"a\""),
            (
                "a,\n1,2\n",
                "/columns/1 the name of column 1 must have 1 to 200 bytes, and no \
                           control characters",
            ),
            ("a\n1\n\n2\n", " the body is not CSV: there is a blank line between 3 and 5"),
        ] {
            assert_eq!(refusal(text), expected, "{text:?}");
        }
        assert!(refusal("1,2\n3,4\n").starts_with("/columns the first line has numbers alone"));
        let latin = table(b"a,b\n1,\xfc\n", Header::Unsaid, Wanted::Numbers).unwrap_err();
        assert_eq!(latin, " the body is not CSV: line 2, column 1: no UTF-8");
        assert_eq!(values("a\r\n1\r\n2\r\n\r\n\r\n", Header::Unsaid).unwrap(), [1.0, 2.0]);
        let long = format!("a\n{}\n", "9".repeat(60) + "x");
        assert!(refusal(&long).contains(&format!("\"{}…\"", "9".repeat(40))));
    }

    #[test]
    fn a_column_with_a_text_is_one_of_texts_unless_the_training_says_otherwise() {
        let text = b"size,colour\n1,red\n,3\n2,\n";
        let table_of = |wanted: Wanted<'_>| table(text, Header::Unsaid, wanted);
        let Cells::Mixed(columns) = table_of(Wanted::Either).unwrap().cells else { panic!() };
        let [Column::Numbers(sizes), Column::Texts(colours)] = &columns[..] else { panic!() };
        assert!(sizes[0] == 1.0 && sizes[1].is_nan() && sizes[2] == 2.0);
        assert!(colours.different().eq(["red", "3", ""]));
        let training = b"size,colour\nlarge,red\nsmall,blue\n";
        let training = table(training, Header::Unsaid, Wanted::Either).unwrap();
        let features = Features::fit(&training, Some(Encoding::Onehot)).unwrap();
        let Cells::Mixed(columns) = table_of(Wanted::Like(&features)).unwrap().cells else {
            panic!()
        };
        assert!(columns.iter().all(|column| column.kind() == ColumnKind::Texts));
        let refused = table_of(Wanted::Like(&Features::default())).unwrap_err();
        assert_eq!(refused, "/data/0/1 line 2, column `colour`: \"red\" is no finite number");
    }
}
