//! `pynomaly plugin bench`: what calls of a project's component cost.

mod flamegraph;
mod native;

use super::build::{Install, built};
use super::project::Project;
use super::report;
use crate::exit::{PluginRefused, Refused};
use crate::parameter;
use anyhow::Context;
use clap::ArgAction;
use indicatif::ProgressBar;
use pynomaly_conformance::{Options, short};
use pynomaly_core::{Matrix, Parameters, Value};
use pynomaly_engine::conformance::usual_rows;
use pynomaly_engine::{Limits, Plugin, Sandbox};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Build a project and measure what its calls cost: fuel, memory and time, a row and a cell.
///
/// The cost card is that of `pynomaly plugin check`; it is written beside the component. A project of
/// Rust is also built natively and timed on the same rows, and its scores are compared bit for bit.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The project's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// A parameter to measure with, instead of its default; may be given several times.
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = parameter::parse, action = ArgAction::Append)]
    parameter: Vec<(String, Value)>,
    /// Draw which of the component's functions burn the fuel, as SVG, into this file.
    #[arg(long, value_name = "FILE.svg")]
    flamegraph: Option<PathBuf>,
    #[command(flatten)]
    install: Install,
}

/// Rows of the table that calls are profiled and compared on.
const ROWS: usize = 10_000;
/// Its columns.
const COLUMNS: usize = 16;

/// What is profiled and compared.
struct Calls {
    parameters: BTreeMap<String, Value>,
    seed: u64,
}

impl Calls {
    /// The rows and parameters for a plugin.
    fn of(&self, plugin: &Plugin) -> anyhow::Result<(Matrix, Parameters)> {
        let descriptor = plugin.descriptor();
        let parameters = descriptor.check_parameters(&self.parameters);
        let parameters = parameters.map_err(|error| Refused(error.to_string()))?;
        Ok((usual_rows(descriptor.task, ROWS, COLUMNS), parameters))
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let project = Project::open(&arguments.dir)?;
    let component = built(&project, arguments.install)?;
    let parameters = parameter::collect(&arguments.parameter)?;
    let calls = Calls { parameters: parameters.clone(), seed: 0 };
    let options = Options { parameters, ..Options::default() };
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
    let text = text + &native::compare(&project, &component, &calls)?;
    let mut text = format!("{text}\nwritten to {}\n", path.display());
    if let Some(path) = &arguments.flamegraph {
        flamegraph::write(path, &component, &calls)?;
        text.push_str(&format!("drawn in {}\n", path.display()));
    }
    std::io::stdout().write_all(text.as_bytes()).context("the costs cannot be printed")
}
