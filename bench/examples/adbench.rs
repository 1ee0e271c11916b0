//! `adbench FOLDER`: ROC AUC of the isolation forest on labelled sets; see `bench/adbench.sh`.

use anyhow::{Context, Result, ensure};
use pynomaly_core::isolation_forest::IsolationForest;
use pynomaly_core::{Detector, Matrix, Stop, evaluation};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

const SEEDS: u64 = 10;
/// How far the mean may lie below the reference's.
const SHORTFALL_MAX: f64 = 0.005;

#[derive(Deserialize)]
struct Reference {
    sets: BTreeMap<String, SetReference>,
}

#[derive(Deserialize)]
struct SetReference {
    isolation_forest: Figures,
}

#[derive(Deserialize)]
struct Figures {
    roc_auc_mean: f64,
    roc_auc_std: f64,
}

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() -> Result<ExitCode> {
    let folder = std::env::args().nth(1).context("give the folder of the data sets")?;
    let folder = Path::new(&folder);
    let reference: Reference =
        serde_json::from_slice(&std::fs::read(folder.join("reference.json"))?)?;
    println!("{:20}{:>8}{:>14}{:>12}", "ROC AUC", "ours", "scikit-learn", "(seeds' sd)");
    let (mut ours, mut theirs) = (0.0, 0.0);
    for (name, set) in &reference.sets {
        let (rows, labels) = read(&folder.join(format!("{name}.csv.gz")))?;
        let auc = mean_auc(&rows, &labels)?;
        let Figures { roc_auc_mean, roc_auc_std } = set.isolation_forest;
        println!("{name:20}{auc:8.4}{roc_auc_mean:14.4}{roc_auc_std:12.4}");
        ours += auc / reference.sets.len() as f64;
        theirs += roc_auc_mean / reference.sets.len() as f64;
    }
    let met = ours >= theirs - SHORTFALL_MAX;
    println!("{:20}{ours:8.4}{theirs:14.4}", "mean");
    println!(
        "ours - scikit-learn: {:+.4}   >= -{SHORTFALL_MAX}   {}",
        ours - theirs,
        if met { "met" } else { "MISSED" }
    );
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn mean_auc(rows: &Matrix, labels: &[bool]) -> Result<f64> {
    let detector = IsolationForest::default();
    let parameters = detector.descriptor().check_parameters(&Default::default())?;
    let mut sum = 0.0;
    for seed in 0..SEEDS {
        let scores = detector.fit(rows, &parameters, seed, Stop::NEVER)?.training_scores;
        sum += evaluation::roc_auc(labels, &scores)?;
    }
    Ok(sum / SEEDS as f64)
}

/// Rows and labels of a compressed CSV file whose last column is the label.
fn read(path: &Path) -> Result<(Matrix, Vec<bool>)> {
    let output = Command::new("gzip").arg("-dc").arg(path).output()?;
    ensure!(output.status.success(), "{} cannot be read", path.display());
    let text = String::from_utf8(output.stdout)?;
    let (mut values, mut labels, mut columns) = (Vec::new(), Vec::new(), 0);
    for line in text.lines().skip(1) {
        let fields = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let (label, row) = fields.split_last().context("an empty line")?;
        values.extend(row);
        labels.push(*label == 1.0);
        columns = row.len();
    }
    Ok((Matrix::new(columns, values)?, labels))
}
