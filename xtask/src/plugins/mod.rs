//! `cargo xtask plugins`: the bundled detectors, and the guests of the tests, as components.

mod toolchain;

use crate::step::Step;
use anyhow::{Context, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
pub(crate) use toolchain::Source;
pub(crate) use toolchain::Toolchain;
pub(crate) use toolchain::cache;

const TARGET: &str = "wasm32-unknown-unknown";

/// Components that `target/plugins/` is filled with: what the demo serves.
const BUNDLED: [&str; 17] = [
    "cblof",
    "ecod",
    "ewma",
    "half_space_trees",
    "hbos",
    "inne",
    "kde",
    "knn",
    "lof",
    "mad",
    "mahalanobis",
    "matrix_profile",
    "mcd",
    "rcf",
    "spectral_residual",
    "stl",
    "sub_pca",
];
/// Components that `target/plugins-test/` is filled with.
const GUESTS: [&str; 8] = [
    "abilities",
    "hostile",
    "hostile_describe",
    "twin_1",
    "twin_2",
    "twin_3",
    "wrong",
    "wrong_description",
];

/// Builds all components; gives the paths of the bundled ones.
pub(crate) fn run(root: &Path, from: Option<Source>) -> anyhow::Result<Vec<PathBuf>> {
    let toolchain = Toolchain::choose(from)?;
    let built = build(root, &toolchain)?;
    copy(&built, &root.join("target/plugins-test"), &GUESTS)?;
    copy(&built, &root.join("target/plugins"), &BUNDLED)
}

/// Gives the folder that holds the components.
fn build(root: &Path, toolchain: &Toolchain) -> anyhow::Result<PathBuf> {
    let target_dir = toolchain::cache().join("plugins-target");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--workspace", "--target", TARGET])
        .current_dir(root.join("plugins"))
        .env("CARGO_TARGET_DIR", &target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root).join("\u{1f}"))
        .env_remove("RUSTFLAGS");
    toolchain.apply(&mut cargo);
    Step::new(format!("build the plugins with {}", toolchain.name())).run(|| {
        let output = cargo.output().context("cargo did not start")?;
        if !output.status.success() {
            bail!("mend what the compiler names:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    })?;
    Ok(target_dir.join(TARGET).join("release"))
}

/// What makes a component, and the same bits in any folder.
fn flags(root: &Path) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{home}/.cargo"));
    vec![
        "-Clinker=wasm-component-ld".into(),
        "-Ctarget-feature=+simd128".into(),
        format!("--remap-path-prefix={}=", root.display()),
        format!("--remap-path-prefix={cargo_home}=/cargo"),
    ]
}

fn copy(from: &Path, to: &Path, names: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(to)?;
    let copy_one = |name: &&str| {
        let file = format!("{name}.wasm");
        // Under another name first: a server may be watching this folder.
        let unfinished = to.join(format!(".{file}"));
        fs::copy(from.join(&file), &unfinished).with_context(|| format!("{file} was not built"))?;
        let path = to.join(file);
        fs::rename(unfinished, &path)?;
        Ok(path)
    };
    names.iter().map(copy_one).collect()
}
