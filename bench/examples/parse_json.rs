//! Milliseconds that `serde_json` takes to parse the `data` of a file into `Vec<Vec<f64>>`: the
//! yardstick for the host's time beside the detector.

use std::time::Instant;

#[derive(serde::Deserialize)]
struct Body {
    data: Vec<Vec<f64>>,
}

/// Parses once to warm up; the median of these many then counts.
const ROUNDS: usize = 5;

#[expect(clippy::print_stdout, reason = "the figure")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give a JSON file")?;
    let bytes = std::fs::read(path)?;
    let mut times = Vec::new();
    for _ in 0..=ROUNDS {
        let started = Instant::now();
        let body: Body = serde_json::from_slice(&bytes)?;
        times.push(started.elapsed());
        std::hint::black_box(body.data);
    }
    times.remove(0);
    times.sort();
    let median = times.get(ROUNDS / 2).ok_or("no rounds")?;
    println!("{}", median.as_secs_f64() * 1_000.0);
    Ok(())
}
