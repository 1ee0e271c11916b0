//! Rust: cargo, and the target that rustup has.

use super::{Project, contract, tool};
use anyhow::Context;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const ADD_TARGET: &str = "rustup target add wasm32-unknown-unknown";

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
