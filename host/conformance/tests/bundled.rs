//! Every bundled plugin keeps every promise.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use pynomaly_conformance::{Options, full};
use pynomaly_sandbox::{Limits, Sandbox};
use std::collections::BTreeSet;
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
    assert_eq!(report.cost.unwrap().digest, report.digest);
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
