//! Where the isolation forest's time goes: `cargo bench -p pynomaly-bench`.

#![expect(clippy::unwrap_used, reason = "a bench")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pynomaly_core::isolation_forest::{Forest, IsolationForest};
use pynomaly_core::{Detector, Matrix, Model, Parameters, Stop};
use std::hint::black_box;

const SEED: u64 = 1;

/// Rows of the sum of two uniform numbers a column.
fn rows(count: usize, columns: usize) -> Matrix {
    let mut state = 42_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    Matrix::new(columns, (0..count * columns).map(|_| draw() + draw()).collect()).unwrap()
}

fn defaults() -> Parameters {
    IsolationForest::default().descriptor().check_parameters(&Default::default()).unwrap()
}

fn grown(rows: &Matrix) -> Forest {
    IsolationForest::default().grow(rows, &defaults(), SEED, Stop::NEVER).unwrap()
}

/// A request of the load test: everything for three rows.
fn fit_and_score(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit_and_score");
    for (count, columns) in [(3, 5), (1_000, 5), (10_000, 10)] {
        let (rows, detector, parameters) =
            (rows(count, columns), IsolationForest::default(), defaults());
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{count}x{columns}")), |bench| {
            bench.iter(|| detector.fit(black_box(&rows), &parameters, SEED, Stop::NEVER).unwrap());
        });
    }
}

fn fit(criterion: &mut Criterion) {
    let (rows, detector, parameters) = (rows(100_000, 10), IsolationForest::default(), defaults());
    criterion.bench_function("fit/100000x10", |bench| {
        bench.iter(|| detector.grow(black_box(&rows), &parameters, SEED, Stop::NEVER).unwrap());
    });
}

fn score(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("score");
    let forest = grown(&rows(10_000, 10));
    for count in [1, 10, 100, 10_000] {
        let rows = rows(count, 10);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("{count}x10")), |bench| {
            bench.iter(|| forest.score(black_box(&rows), Stop::NEVER).unwrap());
        });
    }
}

fn save_and_load(criterion: &mut Criterion) {
    let forest = grown(&rows(10_000, 10));
    let state = forest.save();
    criterion.bench_function("save", |bench| bench.iter(|| forest.save()));
    criterion.bench_function("load", |bench| {
        bench.iter(|| IsolationForest::default().load(black_box(&state)).unwrap());
    });
}

criterion_group!(benches, fit_and_score, fit, score, save_and_load);
criterion_main!(benches);
