//! `pynomaly plugin run`: a project's component on a file of rows.

use super::build::{Install, built};
use super::project::Project;
use crate::detect::Task;
use crate::exit::PluginRefused;
use pynomaly_engine::{Engine, Limits, Sandbox};
use std::path::PathBuf;

/// Build a project and score the rows of a CSV file with it, as `pynomaly detect` does.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin run rows.csv
  pynomaly plugin run rows.csv --parameter cap=5 --contamination 0.02 --output scores.csv")]
pub(crate) struct Arguments {
    #[command(flatten)]
    task: Task,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    install: Install,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = Project::open(&arguments.dir)?;
    let component = built(&project, arguments.install)?;
    let (engine, name) = engine(&project, &component)?;
    let request = arguments.task.read(&name)?;
    let detection = request.run(&engine)?;
    arguments.task.report(&request, &detection)
}

/// An engine that serves the component, and the name it is served by. What was compiled once is
/// kept with what else the build made.
pub(super) fn engine(project: &Project, component: &[u8]) -> anyhow::Result<(Engine, String)> {
    let cache = project.component().with_file_name("compiled");
    let engine = Engine::new(Sandbox::new(Limits::default(), Some(cache))?);
    let served = engine
        .install("detector.wasm", component)
        .map_err(|error| PluginRefused(error.to_string()))?;
    let name = served.descriptor().name.clone();
    Ok((engine, name))
}
