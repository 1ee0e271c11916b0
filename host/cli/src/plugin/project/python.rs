//! Python: componentize-py, which puts an interpreter and the project into one component.

use super::contract::{self, Abilities};
use super::{Project, files, tool};
use std::process::Command;

const PACKAGE: &str = "componentize-py==0.25.1";
const LINE: &str = "pynomaly plugin build --install\n\
                    or, by hand, in the project's folder:\n  \
                    python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1";
/// The exported interface under a name that no module of an author has.
const INTERFACE: &str = "pynomaly:detector/detector@1.0.0=pynomaly_contract";

pub(super) fn build(project: &Project, install: bool) -> anyhow::Result<Vec<u8>> {
    if install && tool::find(&project.folder, "componentize-py").is_none() {
        tool::install_python(&project.folder, PACKAGE)?;
    }
    let program = tool::find(&project.folder, "componentize-py");
    let program = program.ok_or_else(|| tool::missing("componentize-py", LINE))?;
    let made = project.made()?;
    let entry = made.join("python");
    project.write(&entry, files::PYTHON_ENTRY)?;
    let mut asked = python(project)?;
    let abilities = tool::run(asked.args(["-m", "pynomaly_sdk.abilities"]))?;
    let abilities = Abilities::named(&String::from_utf8_lossy(&abilities));
    let output = made.join("python.wasm");
    let mut command = Command::new(program);
    command
        .arg("--wit-path")
        .arg(contract::write(&made, abilities)?)
        .args(["--world", contract::WORLD, "--export-interface-name", INTERFACE])
        .args(["componentize", "--stub-wasi", "--python-path"])
        .arg(&entry)
        .arg("--python-path")
        .arg(&project.folder)
        .arg("--output")
        .arg(&output)
        .arg("pynomaly_component")
        // Packages of whoever calls are not the project's.
        .env_remove("VIRTUAL_ENV")
        .current_dir(&made);
    tool::run(&mut command)?;
    Ok(std::fs::read(output)?)
}

pub(super) fn test(project: &Project) -> anyhow::Result<()> {
    tool::run_visibly(python(project)?.args(["-m", "unittest", "discover", "tests"]))
}

/// The project's interpreter, in the project's folder. It leaves nothing beside the sources.
fn python(project: &Project) -> anyhow::Result<Command> {
    let line = "apt-get install python3  # or your system's way";
    let python = tool::find(&project.folder, "python3");
    let mut command = Command::new(python.ok_or_else(|| tool::missing("python3", line))?);
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(&project.folder);
    Ok(command)
}
