//! `index, score, is_anomaly`.

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
    out.write_record(["index", "score", "is_anomaly"])?;
    for (index, score) in detection.scores.iter().enumerate() {
        let is_anomaly = detection.is_anomaly(*score);
        out.write_record([index.to_string(), score.to_string(), is_anomaly.to_string()])?;
    }
    out.flush()
}
