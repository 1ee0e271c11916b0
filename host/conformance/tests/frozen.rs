//! What was built against the contract 1.0 is still served: it loads, and answers with the bits that
//! were written down when it was built.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use pynomaly_core::Matrix;
use pynomaly_sandbox::{Limits, Plugin, Sandbox};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rows that are fitted before the others are learnt.
const TRAINING: usize = 100;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/1.0/robust_z")
}

/// The numbers of a CSV file below its header, without the columns in `skipped`.
fn table(name: &str, skipped: &[usize]) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let cells = |line: &str| {
        let kept = line.split(',').enumerate().filter(|(column, _)| !skipped.contains(column));
        kept.map(|(_, cell)| cell.parse().unwrap()).collect()
    };
    text.lines().skip(1).map(cells).collect()
}

fn matrix(rows: &[Vec<f64>]) -> Matrix {
    Matrix::new(rows.first().unwrap().len(), rows.concat()).unwrap()
}

fn plugins() -> Vec<(PathBuf, Plugin)> {
    let sandbox = Sandbox::new(Limits::default(), None).unwrap();
    let paths = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let components = paths.filter(|path| path.extension().is_some_and(|end| end == "wasm"));
    components
        .map(|path| {
            let plugin = sandbox.load(&std::fs::read(&path).unwrap()).unwrap();
            (path, plugin)
        })
        .collect()
}

#[test]
fn scores_contributions_and_learning_are_those_of_then() {
    let rows = table("rows.csv", &[]);
    let explained = table("explained.csv", &[0, 2]);
    let learnt = table("learnt.csv", &[0]).concat();
    let (training, stream) = rows.split_at(TRAINING);
    let plugins = plugins();
    assert_eq!(plugins.len(), 2, "one of C and one of Rust");
    for (path, plugin) in plugins {
        let budget = plugin.limits().budget();
        let defaults = plugin.descriptor().check_parameters(&BTreeMap::new()).unwrap();
        let mut fitted = plugin.fit(&matrix(&rows), &defaults, 0, &budget).unwrap();
        let contributions = fitted.model.explain(&matrix(&rows), &budget).unwrap().unwrap();
        let parts = contributions.contributions.chunks(rows.first().unwrap().len());
        let answers = fitted.training_scores.iter().zip(parts);
        let answers: Vec<_> =
            answers.map(|(score, parts)| [&[*score][..], parts].concat()).collect();
        assert_eq!(answers, explained, "{}", path.display());
        let mut model = plugin.fit(&matrix(training), &defaults, 0, &budget).unwrap().model;
        let state = model.save(&budget).unwrap();
        let mut model = plugin.load(&state, &budget).unwrap();
        let scores = model.update(&matrix(stream), &budget).unwrap().unwrap().scores;
        assert_eq!(scores, learnt, "{}", path.display());
    }
}
