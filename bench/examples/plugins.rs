//! Plugins in the sandbox, metered, against the same crates compiled natively.
#![expect(clippy::print_stdout, reason = "the figures")]

use pynomaly_core::{Matrix, Value};
use pynomaly_engine::{Engine, Limits, Sandbox};
use pynomaly_sdk::Detector as _;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const ROWS: usize = 5_000;
const COLUMNS: usize = 10;
/// Alternating rounds; the medians count.
const ROUNDS: usize = 45;
/// One-row calls; the median counts.
const CALLS: usize = 20_000;
/// Training rows of the model that scores one row.
const WARM_ROWS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder of plugins")?;
    let engine = Engine::new(Sandbox::new(Limits::default(), None)?);
    pynomaly_engine::load_folder(&engine, Path::new(&folder))?;
    let data = rows(ROWS)?;
    println!(
        "fit and score {ROWS} x {COLUMNS}, one thread, medians of {ROUNDS} alternating rounds"
    );
    compare(&engine, "ecod", &data, || {
        let rows = pynomaly_sdk::Matrix::new(COLUMNS, data.values());
        let options = ecod::Options { method: ecod::Method::Ecod };
        black_box(ecod::Detect::fit(&rows, options, 7).is_ok());
    })?;
    compare(&engine, "knn", &data, || {
        let rows = pynomaly_sdk::Matrix::new(COLUMNS, data.values());
        let options = knn::Options { n_neighbors: 5, method: knn::Method::Largest };
        black_box(knn::Detect::fit(&rows, options, 7).is_ok());
    })?;
    println!(
        "one row on a warm model of {WARM_ROWS} x {COLUMNS} through the engine, p50 of {CALLS}"
    );
    for name in ["ecod", "knn", "isolation_forest"] {
        let one = one_row(&engine, name)?;
        println!("  {name:<18} {:>7.2} µs", one.as_secs_f64() * 1e6);
    }
    Ok(())
}

fn compare(
    engine: &Engine,
    name: &str,
    data: &Matrix,
    native: impl Fn(),
) -> Result<(), Box<dyn Error>> {
    let served = engine.get(name)?;
    let parameters = served.descriptor().check_parameters(&BTreeMap::<String, Value>::new())?;
    let budget = engine.sandbox().limits().budget();
    let (mut sandboxed_times, mut native_times, mut fuel) = (Vec::new(), Vec::new(), None);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        fuel = served.fit(data, &parameters, 7, &budget)?.1.fuel_used;
        sandboxed_times.push(started.elapsed());
        let started = Instant::now();
        native();
        native_times.push(started.elapsed());
    }
    let (sandboxed, native) = (median(sandboxed_times), median(native_times));
    println!(
        "  {name:<18} sandboxed {:>8.2} ms  native {:>8.2} ms  ratio {:.2}  fuel {}",
        sandboxed.as_secs_f64() * 1e3,
        native.as_secs_f64() * 1e3,
        sandboxed.as_secs_f64() / native.as_secs_f64(),
        fuel.unwrap_or_default(),
    );
    Ok(())
}

fn one_row(engine: &Engine, name: &str) -> Result<Duration, Box<dyn Error>> {
    let served = engine.get(name)?;
    let parameters = served.descriptor().check_parameters(&BTreeMap::<String, Value>::new())?;
    let budget = engine.sandbox().limits().budget();
    let (model, _) = served.fit(&rows(WARM_ROWS)?, &parameters, 7, &budget)?;
    let row = rows(1)?;
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let started = Instant::now();
        black_box(model.score(&row, &budget)?);
        times.push(started.elapsed());
    }
    Ok(median(times))
}

/// About normal: the sum of four uniform numbers, by xorshift with a fixed start.
fn rows(count: usize) -> Result<Matrix, Box<dyn Error>> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from((state >> 32) as u32) / f64::from(u32::MAX)
    };
    let values = (0..count * COLUMNS).map(|_| (0..4).map(|_| uniform()).sum::<f64>() - 2.0);
    Ok(Matrix::new(COLUMNS, values.collect())?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
