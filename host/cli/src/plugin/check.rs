//! `pynomaly plugin check`: the conformance kit on a file.

use super::{read, report};
use crate::exit::{PluginRefused, Refused};
use crate::parameter;
use anyhow::Context;
use clap::ArgAction;
use indicatif::ProgressBar;
use pynomaly_conformance::{KitError, Options, Report, full, short};
use pynomaly_core::Value;
use pynomaly_engine::{CostCard, Limits, Sandbox};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Try a component against every promise of the contract, and measure what its calls cost.
///
/// First the component is loaded as a server would load it. Then it learns and scores tables of
/// the kit's own: the same rows twice, in another order, alone, over and over, of hostile values,
/// with every parameter at both ends, with damaged states; and labelled ones, on which its ROC AUC
/// must reach the floor that its author declares. Last comes the cost card: fuel, memory and time
/// as a function of rows and columns. docs/conformance.md says what each check asks, and what to
/// do when it fails.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin check knn.wasm
  pynomaly plugin check knn.wasm --short --json > report.json
  pynomaly plugin check knn.wasm --parameter n_neighbors=20
  pynomaly plugin check plugins/knn.wasm --card plugins/knn.card.json

Exit codes:
  0  every promise holds, or is not this plugin's
  3  a parameter was refused
  4  the component was refused, or a check failed; with --json the report is printed all the same")]
pub(crate) struct Arguments {
    /// The component.
    file: PathBuf,
    /// Print the report as one JSON object, for programs.
    #[arg(long)]
    json: bool,
    /// Only what a server asks for before it takes a plugin in: seconds.
    #[arg(long)]
    short: bool,
    /// A parameter to try the plugin with, instead of its default; may be given several times.
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = parameter::parse, action = ArgAction::Append)]
    parameter: Vec<(String, Value)>,
    /// Write the cost card here. As NAME.card.json beside NAME.wasm in a plugin folder, it lets the
    /// server refuse at once what cannot finish.
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let component = read(&arguments.file)?;
    let options =
        Options { parameters: parameter::collect(&arguments.parameter)?, ..Options::default() };
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let spinner = ProgressBar::new_spinner().with_message(arguments.file.display().to_string());
    spinner.enable_steady_tick(TICK);
    let check = if arguments.short { short } else { full };
    let outcome = check(&sandbox, &component, &options);
    spinner.finish_and_clear();
    let report = outcome.map_err(|error| refused(arguments, error))?;
    print(arguments, &report)?;
    if let Some(path) = &arguments.card {
        write_card(path, report.cost.as_ref())?;
    }
    verdict(&report)
}

fn print(arguments: &Arguments, report: &Report) -> anyhow::Result<()> {
    let text = if arguments.json {
        serde_json::to_string_pretty(report)? + "\n"
    } else {
        report::render(report)?
    };
    std::io::stdout().write_all(text.as_bytes()).context("the report cannot be printed")
}

/// Whose fault it is that there is no report; a program that reads JSON is told, too.
#[expect(clippy::print_stdout, reason = "the command's answer")]
fn refused(arguments: &Arguments, error: KitError) -> anyhow::Error {
    let reason = error.to_string();
    if arguments.json {
        println!("{}", serde_json::json!({"passed": false, "refused": reason}));
    }
    match error {
        KitError::Load(_) => PluginRefused(reason).into(),
        KitError::Parameter(_) => Refused(reason).into(),
        KitError::Sandbox(_) | KitError::Cancelled | KitError::Host(_) => error.into(),
    }
}

fn write_card(path: &Path, card: Option<&CostCard>) -> anyhow::Result<()> {
    let card = card.context("there is no cost card to write: the check `cost` says why")?;
    let text = serde_json::to_string_pretty(card)?;
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn verdict(report: &Report) -> anyhow::Result<()> {
    if report.passed {
        return Ok(());
    }
    let names: Vec<_> = report.failures().map(|(name, _)| name).collect();
    Err(PluginRefused(format!("checks failed: {}", names.join(", "))).into())
}
