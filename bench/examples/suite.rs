//! Every bundled detector in the sandbox and natively; see `bench/suite.sh`.
//!
//! `suite speed PLUGINS DETECTOR ROWS COLUMNS` times fit and score of ROWS (numbers of 8 bytes, row
//! after row) in the sandbox and natively, in turn, then one row on the warm model.
//! `suite quality PLUGINS DETECTOR COLUMNS TRAINING QUERY LABELS SEED` prints the ROC AUC of the
//! QUERY rows under a model of the TRAINING rows. Both print one line of JSON.

use anyhow::{Context, Result, bail};
use pynomaly_core::{Matrix, evaluation};
use pynomaly_engine::{Engine, Limits, Sandbox, Served};
use pynomaly_sdk::parameters::Parameters as _;
use serde_json::json;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Alternating rounds, of which the first finds memory that no call has touched yet; the medians
/// count.
const ROUNDS: usize = 7;
/// One-row calls; the median counts.
const CALLS: usize = 2_000;
const SEED: u64 = 7;

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match *arguments {
        ["speed", plugins, name, rows, columns] => {
            speed(&served(plugins, name)?, name, &matrix(rows, columns.parse()?)?)?
        }
        ["quality", plugins, name, columns, training, query, labels, seed] => {
            let columns = columns.parse()?;
            let (training, query) = (matrix(training, columns)?, matrix(query, columns)?);
            let labels = numbers(labels)?.iter().map(|label| *label == 1.0).collect::<Vec<_>>();
            let scores = scores(&served(plugins, name)?, &training, &query, seed.parse()?)?;
            json!({ "roc_auc": evaluation::roc_auc(&labels, &scores)? })
        }
        _ => bail!("the head of bench/examples/suite.rs says what to give"),
    };
    println!("{answer}");
    Ok(())
}

/// One detector and its engine.
type Door = (Engine, Arc<Served>);

fn served(plugins: &str, name: &str) -> Result<Door> {
    let cache = std::env::temp_dir().join("pynomaly-suite-cache");
    let engine = Engine::new(Sandbox::new(Limits::default(), Some(cache))?);
    let file = format!("{name}.wasm");
    let served = engine.install(&file, &std::fs::read(Path::new(plugins).join(&file))?)?;
    Ok((engine, served))
}

fn numbers(path: &str) -> Result<Vec<f64>> {
    let bytes = std::fs::read(path).with_context(|| path.to_owned())?;
    Ok(bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

fn matrix(path: &str, columns: usize) -> Result<Matrix> {
    Ok(Matrix::new(columns, numbers(path)?)?)
}

fn scores(door: &Door, training: &Matrix, query: &Matrix, seed: u64) -> Result<Vec<f64>> {
    let (engine, served) = door;
    let parameters = served.descriptor().check_parameters(&BTreeMap::new())?;
    let budget = engine.sandbox().limits().budget();
    let (model, _) = served.fit(training, &parameters, seed, &budget)?;
    Ok(model.score(query, &budget)?.scores)
}

fn speed((engine, served): &Door, name: &str, data: &Matrix) -> Result<serde_json::Value> {
    let parameters = served.descriptor().check_parameters(&BTreeMap::new())?;
    let budget = engine.sandbox().limits().budget();
    let native = native(name)?;
    let (mut sandboxed_times, mut native_times) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..ROUNDS {
        // The memory of a model that is gone serves the next call, as in a server.
        drop(last.take());
        let started = Instant::now();
        let fitted = served.fit(data, &parameters, SEED, &budget)?;
        sandboxed_times.push(started.elapsed());
        last = Some(fitted);
        let started = Instant::now();
        let native_scores = native(data)?;
        native_times.push(started.elapsed());
        let same = last.as_ref().is_some_and(|(_, scored)| scored.scores == native_scores);
        anyhow::ensure!(same, "the native scores of {name} are others");
    }
    let (model, scored) = last.context("no round")?;
    let row = Matrix::new(data.columns(), data.row(0).context("no row")?.to_vec())?;
    let mut calls = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let started = Instant::now();
        black_box(model.score(&row, &budget)?);
        calls.push(started.elapsed());
    }
    Ok(json!({
        "sandboxed": median(sandboxed_times),
        "native": median(native_times),
        "one_row": median(calls),
        "fuel": scored.fuel_used,
        "memory_bytes": model.memory_bytes(),
    }))
}

/// Training scores of the crate compiled natively.
type Native = fn(&Matrix) -> Result<Vec<f64>>;

/// The same crate, compiled for this machine.
fn native(name: &str) -> Result<Native> {
    Ok(match name {
        "cblof" => training_scores::<cblof::Detect>,
        "ecod" => training_scores::<ecod::Detect>,
        "hbos" => training_scores::<hbos::Detect>,
        "inne" => training_scores::<inne::Detect>,
        "kde" => training_scores::<kde::Detect>,
        "knn" => training_scores::<knn::Detect>,
        "lof" => training_scores::<lof::Detect>,
        "mad" => training_scores::<mad::Detect>,
        "mahalanobis" => training_scores::<mahalanobis::Detect>,
        "mcd" => training_scores::<mcd::Detect>,
        _ => bail!("{name} is not among the bundled detectors of this bench"),
    })
}

fn training_scores<D: pynomaly_sdk::Detector>(data: &Matrix) -> Result<Vec<f64>> {
    let refused = |error| anyhow::anyhow!("refused: {error:?}");
    let options = D::Parameters::parse(Vec::new()).map_err(refused)?;
    let rows = pynomaly_sdk::Matrix::new(data.columns(), data.values());
    Ok(D::fit(&rows, options, SEED).map_err(refused)?.training_scores)
}

/// In seconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64()
}
