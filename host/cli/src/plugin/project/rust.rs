//! Rust: cargo, and the target that rustup has.

use super::{Project, contract, tool};
use anyhow::Context;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const ADD_TARGET: &str = "rustup target add wasm32-unknown-unknown";

/// Of the native program; built as the template builds its component.
const NATIVE: &str = "\
    [package]\nname = \"pynomaly-native-bench\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
    [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n\n\
    [workspace]\n\n[dependencies]\n";

pub(super) fn build(project: &Project, install: bool) -> anyhow::Result<Vec<u8>> {
    let mut cargo = cargo(project)?;
    // Whoever names a compiler of their own knows what it can do.
    if std::env::var_os("RUSTC").is_none() && !has_target()? {
        if !install {
            return Err(tool::missing("Rust's WebAssembly target", ADD_TARGET));
        }
        tool::run(Command::new("rustup").args(["target", "add", TARGET]))?;
    }
    cargo.args(["build", "--release", "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = String::from_utf8(tool::run(&mut cargo)?)?;
    let module = messages.lines().filter_map(module_of).next_back();
    let module = module.context("cargo made no module: is `crate-type = [\"cdylib\"]` missing?")?;
    contract::componentize(std::fs::read(module)?, None)
}

pub(super) fn test(project: &Project) -> anyhow::Result<()> {
    tool::run_visibly(cargo(project)?.arg("test"))
}

/// Builds a program around the project's crate that times its detector.
pub(super) fn native_bench(project: &Project) -> anyhow::Result<PathBuf> {
    let metadata =
        tool::run(cargo(project)?.args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: Value = serde_json::from_slice(&metadata)?;
    let name = metadata.pointer("/packages/0/name").and_then(Value::as_str);
    let name = name.context("cargo knows no package here")?;
    let (made, path) = (project.made()?.join("native"), project.folder.display().to_string());
    let manifest = format!("{NATIVE}detector = {{ package = {name:?}, path = {path:?} }}\n");
    let main = "fn main() {\n    detector::pynomaly_native_bench();\n}\n";
    project.write(&made, &[("Cargo.toml", &manifest), ("src/main.rs", main)])?;
    let mut build = cargo(project)?;
    build.args(["build", "--release", "--message-format", "json-render-diagnostics"]);
    let messages = String::from_utf8(tool::run(build.current_dir(&made))?)?;
    let program = messages.lines().filter_map(program_of).next_back();
    program.context("cargo made no program: is `export!` called at the crate's root?")
}

/// The path in cargo's message about a finished program.
fn program_of(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    message.get("executable")?.as_str().map(PathBuf::from)
}

fn cargo(project: &Project) -> anyhow::Result<Command> {
    let line = "install Rust with rustup, or apt-get install rustup";
    let cargo = tool::on_path("cargo").ok_or_else(|| tool::missing("cargo", line))?;
    let mut command = Command::new(cargo);
    command.current_dir(&project.folder);
    Ok(command)
}

fn has_target() -> anyhow::Result<bool> {
    let mut rustc = Command::new("rustc");
    let folder = tool::run(rustc.args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(PathBuf::from(String::from_utf8(folder)?.trim()).is_dir())
}

/// The path in cargo's message about a finished module.
fn module_of(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let mut paths = files.iter().filter_map(Value::as_str).map(PathBuf::from);
    paths.find(|path| path.extension().is_some_and(|end| end == "wasm"))
}
