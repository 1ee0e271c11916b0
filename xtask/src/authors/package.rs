//! The crates that plugins are written with, as a registry would take them: complete, and of nothing
//! that a registry has not.

use crate::step::Step;
use anyhow::{Context, ensure};
use std::path::Path;
use std::process::Command;

/// A crate, and a file without which it would not build for WebAssembly.
const CRATES: [(&str, &str); 5] = [
    ("pynomaly-sdk-derive", "src/lib.rs"),
    ("pynomaly-sdk-bindings", "wit/detector.wit"),
    ("pynomaly-sdk-explaining", "wit/detector.wit"),
    ("pynomaly-sdk-streaming", "wit/detector.wit"),
    ("pynomaly-sdk", "wit/detector.wit"),
];
/// What every one of them has.
const ALWAYS: [&str; 3] = ["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

pub(super) fn run(root: &Path) -> anyhow::Result<()> {
    for (name, file) in CRATES {
        Step::new(format!("cargo package --list ({name})")).run(|| {
            let listed = cargo(root, &["package", "--list", "--allow-dirty", "-p", name])?;
            let lacks = |file: &&str| !listed.lines().any(|line| line == *file);
            let lacking: Vec<_> = ALWAYS.into_iter().chain([file]).filter(lacks).collect();
            ensure!(lacking.is_empty(), "the package lacks {}", lacking.join(", "));
            Ok(())
        })?;
    }
    // All at once, so that each finds the others. Cargo builds every one from its package alone.
    let names = CRATES.iter().flat_map(|(name, _)| ["-p", *name]);
    let arguments: Vec<_> = ["package", "--allow-dirty"].into_iter().chain(names).collect();
    Step::new("cargo package (the SDK's crates)").run(|| cargo(root, &arguments).map(drop))
}

fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root).output();
    let output = output.context("cargo did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}\n{said}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
