//! `index, score, is_anomaly`, and `is_suppressed` and contributions where they were asked for.

use anyhow::Context;
use pynomaly_engine::Detection;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes one line a row to `path`, or to standard output. Scores are written with as many
/// digits as give back the same bits.
pub(crate) fn write(detection: &Detection, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) => {
            let context = || format!("{} cannot be written", path.display());
            let file = std::fs::File::create(path).with_context(context)?;
            write_rows(detection, file).with_context(context)
        }
        None => match write_rows(detection, std::io::stdout().lock()) {
            // Whoever reads has read enough: `… | head`.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome.context("standard output cannot be written"),
        },
    }
}

fn write_rows(detection: &Detection, out: impl Write) -> std::io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    let contributions = detection.contributions.as_ref();
    let mut names = vec!["index".to_owned(), "score".to_owned(), "is_anomaly".to_owned()];
    names.extend(detection.suppressed.is_some().then(|| "is_suppressed".to_owned()));
    let columns = contributions.map_or(0, |it| it.columns);
    names.extend((0..columns).map(|column| format!("contribution_{column}")));
    out.write_record(names)?;
    let mut rows = contributions.map(|it| it.values.chunks(it.columns));
    for (index, score) in detection.scores.iter().enumerate() {
        let is_anomaly = detection.is_anomaly(index);
        let mut cells = vec![index.to_string(), score.to_string(), is_anomaly.to_string()];
        let is_suppressed = detection.suppressed.as_ref().and_then(|all| all.get(index));
        cells.extend(is_suppressed.map(ToString::to_string));
        let contributions = rows.as_mut().and_then(Iterator::next).unwrap_or_default();
        cells.extend(contributions.iter().map(ToString::to_string));
        out.write_record(cells)?;
    }
    out.flush()
}
