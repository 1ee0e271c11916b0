//! A CSV file as a matrix.

use crate::exit::Refused;
use anyhow::Context;
use clap::ValueEnum;
use csv::StringRecord;
use indicatif::{ProgressBar, ProgressStyle};
use pynomaly_core::Matrix;
use std::fs::File;
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
    let open = || -> std::io::Result<(File, u64)> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    };
    let (file, bytes) = open().with_context(|| format!("{} cannot be read", path.display()))?;
    let bar = ProgressBar::new(bytes).with_message("reading");
    let style = "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style)?);
    let matrix =
        parse(bar.wrap_read(file), header, choice).with_context(|| path.display().to_string());
    bar.finish_and_clear();
    matrix
}

fn parse(input: impl std::io::Read, header: Header, choice: &Choice<'_>) -> anyhow::Result<Matrix> {
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
    let mut values = Vec::new();
    let rows = (!is_header).then_some(Ok(first)).into_iter().chain(records);
    for (row, record) in rows.enumerate() {
        take(&record.map_err(refuse)?, row, &picked, &mut values)?;
    }
    Ok(Matrix::new(picked.len(), values).map_err(|error| Refused(error.to_string()))?)
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

fn take(
    record: &StringRecord,
    row: usize,
    picked: &[usize],
    values: &mut Vec<f64>,
) -> Result<(), Refused> {
    for column in picked {
        let cell = record.get(*column).unwrap_or_default();
        let value = number(cell).ok_or_else(|| {
            Refused(format!("row {row}, column {column}: {cell:?} is no finite number"))
        })?;
        values.push(value);
    }
    Ok(())
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
}
