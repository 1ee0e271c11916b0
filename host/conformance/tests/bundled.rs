//! Every bundled plugin keeps every promise.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use pynomaly_conformance::{CostCard, Options, full};
use pynomaly_core::Matrix;
use pynomaly_sandbox::{CallError, LimitKind, Limits, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins")
}

fn component(name: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|_| panic!("{} is not there; run `cargo xtask plugins`", path.display()))
}

fn passes(name: &str) {
    let sandbox = Sandbox::new(Limits::default(), None).unwrap();
    let report = full(&sandbox, &component(name), &Options::default()).unwrap();
    assert_eq!(report.failures().collect::<Vec<_>>(), []);
    assert!(report.passed && report.name == name);
    let card = report.cost.unwrap();
    assert_eq!(card.digest, report.digest);
    costs_at_least_the_floor(&sandbox, name, &card);
}

/// Larger than any table that cards are measured with, and of other rows: smooth, clumped, and with
/// ties.
const LARGE: [(usize, usize); 2] = [(6_000, 4), (9_000, 2)];

/// What the engine would refuse for is what a call really costs, or less.
fn costs_at_least_the_floor(sandbox: &Sandbox, name: &str, card: &CostCard) {
    let plugin = sandbox.load(&component(name)).unwrap();
    let parameters = plugin.descriptor().check_parameters(&BTreeMap::new()).unwrap();
    for (rows, columns) in LARGE {
        let value = |at: usize| (at * at % 1013) as f64 / 16.0 + (at % 24) as f64;
        let data = Matrix::new(columns, (0..rows * columns).map(value).collect()).unwrap();
        let floor = card.floor(rows, columns);
        let mut budget = sandbox.limits().budget();
        // What burns so much has burnt enough.
        budget.fuel = floor.fuel.saturating_mul(4).max(100_000_000);
        let (fuel, memory) = match plugin.fit(&data, &parameters, 7, &budget) {
            Ok(fitted) => (fitted.fuel_used, fitted.model.memory_bytes() as u64),
            Err(CallError::Limit(LimitKind::Fuel(all))) => (all, u64::MAX),
            Err(error) => panic!("{name}: {error}"),
        };
        assert!(floor.fuel <= fuel, "{rows} × {columns}: {floor:?}, {fuel}");
        assert!(floor.memory_bytes <= memory, "{rows} × {columns}: {floor:?}, {memory}");
    }
}

macro_rules! bundled {
    ($($name:ident)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            passes(stringify!($name));
        })*
    };
}

bundled! {
    cblof ecod ewma half_space_trees hbos inne kde knn lof mad mahalanobis matrix_profile mcd rcf
    spectral_residual stl sub_pca
}

#[test]
fn none_is_forgotten() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = files.map(|name| name.into_string().unwrap());
    let names: BTreeSet<_> =
        names.filter_map(|name| name.strip_suffix(".wasm").map(str::to_owned)).collect();
    assert_eq!(names, NAMES.iter().map(|name| (*name).to_owned()).collect());
}
