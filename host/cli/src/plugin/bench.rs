//! `pynomaly plugin bench`: what calls of a project's component cost.

use super::build::{Install, built};
use super::project::Project;
use super::report;
use crate::exit::PluginRefused;
use crate::parameter;
use anyhow::Context;
use clap::ArgAction;
use indicatif::ProgressBar;
use pynomaly_conformance::{Options, short};
use pynomaly_core::Value;
use pynomaly_engine::{Limits, Sandbox};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Build a project and measure what its calls cost: fuel, memory and time, a row and a cell.
///
/// The cost card is that of `pynomaly plugin check`; it is written beside the component.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The project's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// A parameter to measure with, instead of its default; may be given several times.
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = parameter::parse, action = ArgAction::Append)]
    parameter: Vec<(String, Value)>,
    #[command(flatten)]
    install: Install,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = Project::open(&arguments.dir)?;
    let component = built(&project, arguments.install)?;
    let options =
        Options { parameters: parameter::collect(&arguments.parameter)?, ..Options::default() };
    let spinner = ProgressBar::new_spinner().with_message("measuring …");
    spinner.enable_steady_tick(TICK);
    let outcome = short(&Sandbox::new(Limits::default(), None)?, &component, &options);
    spinner.finish_and_clear();
    let report = outcome.map_err(|error| PluginRefused(error.to_string()))?;
    let card =
        report.cost.context("nothing could be measured: `pynomaly plugin check` says why")?;
    let path = project.component().with_file_name("detector.card.json");
    std::fs::write(&path, serde_json::to_string_pretty(&card)?)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    let text = report::render_rates(&card)? + &report::render_card(&card)?;
    let text = format!("{text}\nwritten to {}\n", path.display());
    std::io::stdout().write_all(text.as_bytes()).context("the costs cannot be printed")
}
