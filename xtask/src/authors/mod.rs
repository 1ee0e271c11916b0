//! `cargo xtask authors`: what an author of a plugin does, in each language, and the
//! tutorial word for word; before that, whether the SDK's crates are complete.

mod faults;
mod languages;
mod package;
mod tools;
mod tutorial;

use crate::step::Step;
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::Tools;

/// Runs all of it with the binary that `cargo build` left.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    package::run(root)?;
    let tools = Tools::ready(root)?;
    let folder = pynomaly_test_services::folder("authors")?;
    // The tutorial is in Python, so that this language is not tried twice.
    tutorial::run(root, &tools, folder.path())?;
    let project = folder.path().join("hum_level");
    let answers = languages::answers(&project, &|arguments| {
        let mut command = tools.plugin(arguments, &project)?;
        run_one(&format!("python: plugin {}", arguments.join(" ")), &mut command)
    })?;
    for language in languages::OTHERS {
        let others = languages::run(root, &tools, folder.path(), language)?;
        ensure!(others == answers, "{language} and Python answer differently for the same rows");
    }
    languages::watch(&tools, &folder.path().join("in_c"))?;
    faults::run(&tools, folder.path())
}

/// Runs a command to its end, as one step; gives its standard output.
fn run_one(name: &str, command: &mut Command) -> anyhow::Result<String> {
    Step::new(name).run(|| {
        let output = command.output().context("it did not start")?;
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}\n{out}{said}", output.status);
        Ok(out)
    })
}

fn read(path: PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}
