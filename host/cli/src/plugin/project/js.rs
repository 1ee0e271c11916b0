//! JavaScript: componentize-qjs, which puts QuickJS and the project into one component. TypeScript is
//! first made JavaScript by its own compiler, in a folder that looks like a project of JavaScript.

use super::contract::{self, Abilities};
use super::{Language, Project, files, files_ending, tool};
use anyhow::ensure;
use std::path::PathBuf;
use std::process::Command;

const LINE: &str = "pynomaly plugin build --install\n\
                    or, by hand, in the project's folder:\n  npm install";
const NODE: &str = "apt-get install nodejs npm  # or your system's way; version 18 or later";

pub(super) fn build(project: &Project, install: bool) -> anyhow::Result<Vec<u8>> {
    if install && tools(project).iter().any(|name| find(project, name).is_none()) {
        let npm = tool::on_path("npm").ok_or_else(|| tool::missing("npm", NODE))?;
        let arguments = ["install", "--no-audit", "--no-fund", "--loglevel", "error"];
        tool::run(Command::new(npm).args(arguments).current_dir(&project.folder))?;
    }
    let program = found(project, "componentize-qjs")?;
    let (root, made) = (sources(project)?, project.made()?);
    // The entries name the detector by the way from here.
    let entry = root.join("build/made/js");
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
    // By name: versions of Node differ in what they make of a folder.
    let tests = files_ending(&sources(project)?.join("tests"), ".test.js")?;
    ensure!(!tests.is_empty(), "there is no test, *.test.js or *.test.ts, in tests");
    tool::run_visibly(Command::new(node()?).arg("--test").args(tests).current_dir(&project.folder))
}

/// The folder of the detector and the SDK as JavaScript.
fn sources(project: &Project) -> anyhow::Result<PathBuf> {
    if project.language == Language::Js {
        return Ok(project.folder.clone());
    }
    let made = project.made()?.join("ts");
    // What was compiled of a file that is gone would still be tested.
    if made.is_dir() {
        std::fs::remove_dir_all(&made)?;
    }
    let compiler = found(project, "tsc")?;
    tool::run(Command::new(compiler).args(["--project", "."]).current_dir(&project.folder))?;
    std::fs::create_dir_all(made.join("pynomaly_sdk"))?;
    for file in files_ending(&project.folder.join("pynomaly_sdk"), ".js")? {
        let name = file.file_name().unwrap_or_default();
        std::fs::copy(&file, made.join("pynomaly_sdk").join(name))?;
    }
    Ok(made)
}

/// What a build needs, by the names of its programs.
fn tools(project: &Project) -> &'static [&'static str] {
    if project.language == Language::Ts {
        &["componentize-qjs", "tsc"]
    } else {
        &["componentize-qjs"]
    }
}

fn node() -> anyhow::Result<PathBuf> {
    tool::on_path("node").ok_or_else(|| tool::missing("node", NODE))
}

fn found(project: &Project, name: &str) -> anyhow::Result<PathBuf> {
    find(project, name).ok_or_else(|| tool::missing(name, LINE))
}

fn find(project: &Project, name: &str) -> Option<PathBuf> {
    let own = project.folder.join("node_modules/.bin").join(name);
    if own.is_file() { Some(own) } else { tool::on_path(name) }
}
