//! `isolation_forest ROWS_FILE COLUMNS THREADS`: one round of measuring ours, as one line of JSON.
//! The file holds little-endian 64-bit floats, row after row. Its peers answer alike; see
//! `bench/isolation_forest/`.

use anyhow::{Context, Result};
use pynomaly_core::isolation_forest::IsolationForest;
use pynomaly_core::{Detector, Matrix, Model, Stop};
use std::fs;
use std::hint::black_box;
use std::time::Instant;

const SEED: u64 = 1;
/// As many as the peers warm up with.
const WARM_UP_ROWS: usize = 1_000;
/// Calls out of which the median counts.
const ONE_ROW_CALLS: usize = 1_001;

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().context("give a file of rows")?;
    let columns = arguments.next().context("give the number of columns")?.parse()?;
    let detector = IsolationForest::new(arguments.next().context("give threads")?.parse()?);
    let rows = read(&path, columns)?;
    let one_row = Matrix::new(columns, rows.row(0).context("no rows")?.to_vec())?;
    let parameters = detector.descriptor().check_parameters(&Default::default())?;

    let few = rows.values().get(..WARM_UP_ROWS * columns).context("too few rows")?;
    let few = Matrix::new(columns, few.to_vec())?;
    black_box(detector.fit(&few, &parameters, SEED, Stop::NEVER)?.training_scores);
    fs::write("/proc/self/clear_refs", "5")?; // resets the peak
    let before = status("VmRSS")?;

    let started = Instant::now();
    let forest = detector.grow(&rows, &parameters, SEED, Stop::NEVER)?;
    let fit = started.elapsed().as_secs_f64();
    let started = Instant::now();
    black_box(detector.fit(&rows, &parameters, SEED, Stop::NEVER)?.training_scores);
    let fit_score = started.elapsed().as_secs_f64();
    let peak = status("VmHWM")? - before;

    let one_row = median_of_calls(|| forest.score(&one_row, Stop::NEVER).map(black_box))?;
    println!(r#"{{"fit": {fit}, "fit_score": {fit_score}, "one_row": {one_row}, "peak": {peak}}}"#);
    Ok(())
}

fn read(path: &str, columns: usize) -> Result<Matrix> {
    let bytes = fs::read(path)?;
    let (values, _) = bytes.as_chunks();
    Ok(Matrix::new(columns, values.iter().map(|value| f64::from_le_bytes(*value)).collect())?)
}

/// Bytes that the system says of this process.
fn status(field: &str) -> Result<f64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|line| line.starts_with(field)).context("no such field")?;
    let kibibytes = line.split_whitespace().nth(1).context("no number")?.parse::<f64>()?;
    Ok(kibibytes * 1024.0)
}

fn median_of_calls<T, E>(mut call: impl FnMut() -> Result<T, E>) -> Result<f64, E> {
    let mut times = Vec::with_capacity(ONE_ROW_CALLS);
    for _ in 0..ONE_ROW_CALLS {
        let started = Instant::now();
        call()?;
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(ONE_ROW_CALLS / 2).copied().unwrap_or(f64::NAN))
}
