//! JavaScript: componentize-qjs, which puts QuickJS and the project into one component.

use super::contract::{self, Abilities};
use super::{Project, files, tool};
use anyhow::ensure;
use std::path::PathBuf;
use std::process::Command;

const LINE: &str = "pynomaly plugin build --install\n\
                    or, by hand, in the project's folder:\n  npm install";
const NODE: &str = "apt-get install nodejs npm  # or your system's way; version 18 or later";

pub(super) fn build(project: &Project, install: bool) -> anyhow::Result<Vec<u8>> {
    if install && find(project).is_none() {
        let npm = tool::on_path("npm").ok_or_else(|| tool::missing("npm", NODE))?;
        let arguments = ["install", "--no-audit", "--no-fund", "--loglevel", "error"];
        tool::run(Command::new(npm).args(arguments).current_dir(&project.folder))?;
    }
    let program = find(project).ok_or_else(|| tool::missing("componentize-qjs", LINE))?;
    let made = project.made()?;
    let entry = made.join("js");
    project.write(&entry, files::JS_ENTRY)?;
    let abilities = tool::run(Command::new(node()?).arg(entry.join("abilities.js")))?;
    let abilities = Abilities::named(&String::from_utf8_lossy(&abilities));
    let output = made.join("js.wasm");
    let mut command = Command::new(program);
    command
        .arg("--wit")
        .arg(contract::write(&made, abilities)?)
        .args(["--world", contract::WORLD, "--stub-wasi", "--sync", "--module-root"])
        .arg(&project.folder)
        .arg("--js")
        .arg(entry.join("component.js"))
        .arg("--output")
        .arg(&output)
        .current_dir(&project.folder);
    tool::run(&mut command)?;
    Ok(std::fs::read(output)?)
}

pub(super) fn test(project: &Project) -> anyhow::Result<()> {
    let node = node()?;
    // By name: versions of Node differ in what they make of a folder.
    let tests = project.tests(".test.js")?;
    ensure!(!tests.is_empty(), "there is no file *.test.js in tests");
    tool::run_visibly(Command::new(node).arg("--test").args(tests).current_dir(&project.folder))
}

fn node() -> anyhow::Result<PathBuf> {
    tool::on_path("node").ok_or_else(|| tool::missing("node", NODE))
}

fn find(project: &Project) -> Option<PathBuf> {
    let own = project.folder.join("node_modules/.bin/componentize-qjs");
    if own.is_file() { Some(own) } else { tool::on_path("componentize-qjs") }
}
