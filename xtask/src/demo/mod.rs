//! `cargo xtask demo`: from a fresh clone to a running server and a table of what its detectors
//! find in real data.

mod dataset;
mod server;
mod table;

use crate::plugins;
use crate::step::{Step, cargo};
use anyhow::Context;
use server::{Server, Session};
use std::path::Path;
use table::Row;

/// The seed of every detection of the demo, so that its table is the same everywhere.
const SEED: u64 = 7;

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    plugins::run(root, None)?;
    cargo(root, &["build", "--release", "--package", "pynomaly"])
        .hint("mend what the compiler names")
        .go()?;
    let server = Step::new("start the server").run(|| Server::start(root))?;
    let session = Step::new("log in").run(|| server.log_in())?;
    let data = dataset::read(&root.join(dataset::FILE))?;
    let mut rows = Vec::new();
    for detector in session.detectors()? {
        let step = Step::new(format!("detect with {detector}"));
        rows.push(step.run(|| detect(&session, &detector, &data))?);
    }
    farewell(&server, &data, &rows)
}

fn detect(session: &Session, detector: &str, data: &dataset::Labelled) -> anyhow::Result<Row> {
    let request = serde_json::json!({
        "data": data.rows, "detector_type": detector, "seed": SEED,
    });
    let answer = session.post("/api/v1/detect", &request)?;
    let results = answer
        .get("results")
        .and_then(serde_json::Value::as_array)
        .context("the answer has no results")?;
    let scores: Vec<f64> = results.iter().filter_map(|it| it.get("score")?.as_f64()).collect();
    Row::new(detector, &answer, &scores, &data.is_anomaly)
}

#[expect(clippy::print_stdout, reason = "the demo's result")]
fn farewell(server: &Server, data: &dataset::Labelled, rows: &[Row]) -> anyhow::Result<()> {
    let anomalies = data.is_anomaly.iter().filter(|it| **it).count();
    println!("\n{} rows, {anomalies} of them anomalies ({})\n", data.rows.len(), dataset::TITLE);
    println!("{}", table::render(rows));
    println!("* after a row's number: the row is an anomaly\n");
    println!("The server runs at {}  (API: {0}/docs, stop: kill {})", server.url, server.pid);
    println!("Admin: {} / {}\n", server::EMAIL, server.password);
    println!("Try it:\n{}", server.curl()?);
    Ok(())
}
