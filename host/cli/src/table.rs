//! A CSV file as a matrix.

use crate::exit::Refused;
use anyhow::Context;
use clap::ValueEnum;
use csv::StringRecord;
use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};
use pynomaly_core::Matrix;
use pynomaly_core::preprocessing::{Encoding, Features, FeaturesError};
use pynomaly_core::table::{Cells, Column, Table};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whether the first line names the columns.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Header {
    /// It does if any cell of it is no number.
    Auto,
    Yes,
    No,
}

/// Which columns are wanted; both empty means all.
pub(crate) struct Choice<'a> {
    pub(crate) only: &'a [String],
    pub(crate) without: &'a [String],
}

/// Reads `path`, with a progress bar where someone is watching.
pub(crate) fn read(path: &Path, header: Header, choice: &Choice<'_>) -> anyhow::Result<Matrix> {
    watched(path, |input| parse(input, header, choice))
}

/// The same with texts among the numbers, which become numbers too; a column with a cell that is
/// no number is one of texts. Also gives what was learnt of them.
pub(crate) fn read_encoded(
    path: &Path,
    header: Header,
    choice: &Choice<'_>,
    encoding: Encoding,
) -> anyhow::Result<(Matrix, Features)> {
    watched(path, |input| {
        let cells = Cells::Mixed(parse_columns(input, header, choice)?);
        let table = Table { names: None, cells };
        let refuse = |error: FeaturesError| Refused(error.to_string());
        let features = Features::fit(&table, Some(encoding)).map_err(refuse)?;
        Ok((features.transform(table).map_err(refuse)?, features))
    })
}

fn watched<T>(
    path: &Path,
    parse: impl FnOnce(ProgressBarIter<File>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let open = || -> std::io::Result<(File, u64)> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    };
    let (file, bytes) = open().with_context(|| format!("{} cannot be read", path.display()))?;
    let bar = ProgressBar::new(bytes).with_message("reading");
    let style = "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style)?);
    let parsed = parse(bar.wrap_read(file)).with_context(|| path.display().to_string());
    bar.finish_and_clear();
    parsed
}

fn parse(input: impl Read, header: Header, choice: &Choice<'_>) -> anyhow::Result<Matrix> {
    let mut values = Vec::new();
    let columns = parse_cells(input, header, choice, |row, column, cell| {
        values.push(number(cell).ok_or_else(|| {
            Refused(format!("row {row}, column {column}: {cell:?} is no finite number"))
        })?);
        Ok(())
    })?;
    Ok(Matrix::new(columns, values).map_err(|error| Refused(error.to_string()))?)
}

fn parse_columns(
    input: impl Read,
    header: Header,
    choice: &Choice<'_>,
) -> anyhow::Result<Vec<Column>> {
    let mut cells = Vec::new();
    let columns = parse_cells(input, header, choice, |_, _, cell| {
        cells.push(cell.trim().to_owned());
        Ok(())
    })?;
    let column = |place: usize| {
        let texts = || cells.iter().skip(place).step_by(columns);
        match texts().map(|cell| number(cell)).collect::<Option<Vec<_>>>() {
            Some(numbers) => Column::Numbers(numbers),
            None => Column::Texts(texts().map(String::as_str).collect()),
        }
    };
    Ok((0..columns).map(column).collect())
}

/// Hands each wanted cell to `take`, with its row and column; how many cells a row has.
fn parse_cells(
    input: impl Read,
    header: Header,
    choice: &Choice<'_>,
    mut take: impl FnMut(usize, usize, &str) -> Result<(), Refused>,
) -> anyhow::Result<usize> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(input);
    let mut records = reader.records();
    let first = match records.next() {
        Some(record) => record.map_err(refuse)?,
        None => return Err(Refused("there are no rows".into()).into()),
    };
    let is_header = match header {
        Header::Auto => first.iter().any(|cell| number(cell).is_none()),
        Header::Yes => true,
        Header::No => false,
    };
    let picked = pick(&first, is_header, choice)?;
    let rows = (!is_header).then_some(Ok(first)).into_iter().chain(records);
    for (row, record) in rows.enumerate() {
        let record = record.map_err(refuse)?;
        for column in &picked {
            take(row, *column, record.get(*column).unwrap_or_default())?;
        }
    }
    Ok(picked.len())
}

fn refuse(error: csv::Error) -> anyhow::Error {
    match error.kind() {
        csv::ErrorKind::Io(_) => error.into(),
        _ => Refused(error.to_string()).into(),
    }
}

/// Positions of the wanted columns.
fn pick(first: &StringRecord, is_header: bool, choice: &Choice<'_>) -> Result<Vec<usize>, Refused> {
    let find = |wanted: &String| {
        let named = first.iter().position(|name| is_header && name.trim() == wanted);
        let placed = || wanted.parse().ok().filter(|at| *at < first.len());
        named.or_else(placed).ok_or_else(|| Refused(format!("there is no column `{wanted}`")))
    };
    let only = choice.only.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let without = choice.without.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    if !only.is_empty() {
        return Ok(only);
    }
    Ok((0..first.len()).filter(|at| !without.contains(at)).collect())
}

/// A finite number, or NaN for an empty cell.
fn number(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" => Some(f64::NAN),
        text => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, only: &[&str], without: &[&str]) -> Result<Vec<f64>, String> {
        let owned =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (only, without) = (owned(only), owned(without));
        parse(text.as_bytes(), Header::Auto, &Choice { only: &only, without: &without })
            .map(Matrix::into_values)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn header_is_told_from_numbers() {
        assert_eq!(values("1,2\n3,4\n", &[], &[]).unwrap(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(values("a,b\n3,4\n", &[], &[]).unwrap(), [3.0, 4.0]);
    }

    #[test]
    fn columns_are_chosen_by_name_or_position() {
        assert_eq!(values("a,label\n3,x\n", &[], &["label"]).unwrap(), [3.0]);
        assert_eq!(values("a,b\n3,4\n", &["b"], &[]).unwrap(), [4.0]);
        assert_eq!(values("a,b\n3,4\n", &["0"], &[]).unwrap(), [3.0]);
        assert_eq!(values("a,b\n3,4\n", &["c"], &[]).unwrap_err(), "there is no column `c`");
    }

    #[test]
    fn wrong_cells_are_named() {
        let error = values("a,b\n1,2\n3,inf\n", &[], &[]).unwrap_err();
        assert_eq!(error, "row 1, column 1: \"inf\" is no finite number");
        assert!(values("1,2\n3\n", &[], &[]).is_err());
        assert!(values("", &[], &[]).is_err());
        assert!(values("a,\n1,\n", &[], &[]).unwrap()[1].is_nan());
    }

    #[test]
    fn a_column_with_a_text_is_one_of_texts() {
        let choice = Choice { only: &[], without: &[] };
        let text = "colour,size\nred,1\n3,2\n,\n";
        let columns = parse_columns(text.as_bytes(), Header::Auto, &choice).unwrap();
        let [Column::Texts(texts), Column::Numbers(numbers)] = &columns[..] else {
            panic!("{columns:?}")
        };
        assert!(texts.different().eq(["red", "3", ""]));
        assert!(numbers[..2] == [1.0, 2.0] && numbers[2].is_nan());
    }
}
