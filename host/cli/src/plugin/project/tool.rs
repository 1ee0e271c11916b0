//! Programs of others: where they are, and what to do where they are not.

use anyhow::{Context, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the project keeps the Python packages of its toolchain.
const VENV: &str = ".venv";

/// A program of the project's own virtual environment, or on PATH.
pub(super) fn find(project: &Path, name: &str) -> Option<PathBuf> {
    let own = project.join(VENV).join("bin").join(name);
    if own.is_file() { Some(own) } else { on_path(name) }
}

/// A program on PATH.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// What is missing, and the line that brings it.
pub(super) fn missing(name: &str, line: &str) -> anyhow::Error {
    anyhow::anyhow!("{name} is missing; this brings it:\n  {line}")
}

/// Puts a Python package into the project's virtual environment.
pub(super) fn install_python(project: &Path, package: &str) -> anyhow::Result<()> {
    let python = on_path("python3").ok_or_else(|| {
        missing("python3", "apt-get install python3 python3-venv  # or your system's way")
    })?;
    let venv = project.join(VENV);
    if !venv.join("bin/pip").is_file() {
        run(Command::new(python).args(["-m", "venv"]).arg(&venv))
            .context("a virtual environment cannot be made; on Debian it needs python3-venv")?;
    }
    run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", package]))?;
    Ok(())
}

/// Runs it to its end; what it says is shown where it fails. Gives its standard output.
pub(super) fn run(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let name = shown(command);
    let output = command.output().with_context(|| format!("{name} did not start"))?;
    if !output.status.success() {
        let out = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed:\n{}{}", out, said.trim_end());
    }
    Ok(output.stdout)
}

/// Runs it before the eyes of who called.
pub(super) fn run_visibly(command: &mut Command) -> anyhow::Result<()> {
    let name = shown(command);
    let status = command.status().with_context(|| format!("{name} did not start"))?;
    if !status.success() {
        bail!("{name} failed");
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}
