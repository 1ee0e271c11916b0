//! `ensemble PLUGINS FOLDER`: the ensemble's quality beside its members'; see `bench/ensemble.sh`.

use anyhow::{Context, Result, ensure};
use pynomaly_core::preprocessing::{Preprocessing, Scaling};
use pynomaly_core::{Matrix, Value, evaluation};
use pynomaly_engine::{DetectRequest, Engine, Limits, Pipeline, Sandbox, load_folder};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const SEEDS: [u64; 3] = [1, 2, 3];
/// What is scored, in parts of ten.
const QUERY_TENTHS: usize = 3;
/// The first is what the ensemble, the last, is to beat.
const CONTESTANTS: [(&str, &str, &str); 6] = [
    ("isolation_forest", "variant", "standard"),
    ("isolation_forest", "variant", "fair_cut"),
    ("isolation_forest", "variant", "extended"),
    ("ecod", "method", "ecod"),
    ("knn", "n_neighbors", "20"),
    ("ensemble", "members", pynomaly_engine::MEMBERS_DEFAULT),
];

/// Rows and their labels.
struct Labelled {
    columns: usize,
    rows: Vec<(Vec<f64>, bool)>,
}

/// Sums of both figures.
#[derive(Clone, Copy, Default)]
struct Quality {
    roc_auc: f64,
    average_precision: f64,
}

#[expect(clippy::print_stdout, reason = "the figures")]
fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let plugins = arguments.next().context("give the folder of plugins")?;
    let folder = arguments.next().context("give the folder of the data sets")?;
    let cache = std::env::temp_dir().join("pynomaly-suite-cache");
    let engine = Engine::new(Sandbox::new(Limits::default(), Some(cache))?);
    load_folder(&engine, Path::new(&plugins))?;
    let mut sums = [Quality::default(); CONTESTANTS.len()];
    let sets = sets(Path::new(&folder))?;
    for path in &sets {
        let set = read(path)?;
        for seed in SEEDS {
            let (training, query, labels) = split(&set, seed)?;
            for (contestant, sum) in CONTESTANTS.iter().zip(&mut sums) {
                let scores = scores(&engine, contestant, &training, &query, seed)?;
                sum.roc_auc += evaluation::roc_auc(&labels, &scores)?;
                sum.average_precision += evaluation::average_precision(&labels, &scores)?;
            }
        }
    }
    let count = (sets.len() * SEEDS.len()) as f64;
    println!("| | ROC AUC | average precision |\n| --- | ---: | ---: |");
    for ((name, parameter, value), sum) in CONTESTANTS.iter().zip(&sums) {
        let (roc_auc, precision) = (sum.roc_auc / count, sum.average_precision / count);
        println!("| `{name}`, `{parameter}: {value}` | {roc_auc:.4} | {precision:.4} |");
    }
    let ([forest, ..], [.., ensemble]) = (&sums, &sums);
    let met =
        ensemble.roc_auc > forest.roc_auc && ensemble.average_precision > forest.average_precision;
    println!("\nensemble above isolation forest: {}", if met { "met" } else { "MISSED" });
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn scores(
    engine: &Engine,
    (name, parameter, value): &(&str, &str, &str),
    training: &Matrix,
    query: &Matrix,
    seed: u64,
) -> Result<Vec<f64>> {
    let preprocessing = Preprocessing { scaling: Scaling::Minmax, ..Preprocessing::default() };
    let request = DetectRequest {
        data: training.clone(),
        detector_type: (*name).to_owned(),
        parameters: BTreeMap::from([((*parameter).to_owned(), Value::from_text(value))]),
        pipeline: Pipeline { preprocessing, ..Pipeline::default() },
        seed,
    };
    let budget = engine.sandbox().limits().budget();
    let (model, _) = engine.fit(&request, &budget)?;
    Ok(model.score(query, &budget)?.scores)
}

/// Training rows, rows to score, and the labels of these: in each class three of ten are scored.
fn split(set: &Labelled, seed: u64) -> Result<(Matrix, Matrix, Vec<bool>)> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (mut training, mut query, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for class in [false, true] {
        let mut rows: Vec<_> = set.rows.iter().filter(|(_, label)| *label == class).collect();
        for place in (1..rows.len()).rev() {
            let other = generator.next_u64() % (place as u64 + 1);
            rows.swap(place, usize::try_from(other)?);
        }
        let scored = (rows.len() * QUERY_TENTHS).div_ceil(10);
        for (place, (row, _)) in rows.into_iter().enumerate() {
            let is_scored = place < scored;
            if is_scored { &mut query } else { &mut training }.extend(row);
            labels.extend(is_scored.then_some(class));
        }
    }
    Ok((Matrix::new(set.columns, training)?, Matrix::new(set.columns, query)?, labels))
}

fn sets(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let mut sets: Vec<_> =
        paths.filter(|path| path.to_string_lossy().ends_with(".csv.gz")).collect();
    sets.sort();
    ensure!(!sets.is_empty(), "there are no sets in {}", folder.display());
    Ok(sets)
}

/// A compressed CSV file whose last column is the label.
fn read(path: &Path) -> Result<Labelled> {
    let output = Command::new("gzip").arg("-dc").arg(path).output()?;
    ensure!(output.status.success(), "{} cannot be read", path.display());
    let (mut rows, mut columns) = (Vec::new(), 0);
    for line in String::from_utf8(output.stdout)?.lines().skip(1) {
        let fields = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let (label, row) = fields.split_last().context("an empty line")?;
        columns = row.len();
        rows.push((row.to_vec(), *label == 1.0));
    }
    Ok(Labelled { columns, rows })
}
