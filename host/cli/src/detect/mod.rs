//! `pynomaly detect`: the server's pipeline on a file.

mod output;
mod pipeline;

use crate::exit::Refused;
use crate::parameter;
use crate::table::{self, Header};
use anyhow::Context;
use clap::ArgAction;
use indicatif::ProgressBar;
use pipeline::Steps;
use pynomaly_core::Value;
use pynomaly_core::preprocessing::Features;
use pynomaly_engine::{DetectError, DetectRequest, Detection, Engine, Limits, Pipeline, Sandbox};
use std::path::PathBuf;
use std::time::Duration;

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Score the rows of a CSV file here, without a server.
///
/// The same detector version, rows, parameters and seed give the same scores bit for bit, here
/// and on a server.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly detect rows.csv
  pynomaly detect rows.csv --exclude label --detector knn --parameter n_neighbors=5 --seed 7
  pynomaly detect rows.csv --columns 0,3 --contamination 0.02 --output scores.csv
  pynomaly detect rows.csv --scaling robust --missing impute_median --threshold auto --explain")]
pub(crate) struct Arguments {
    /// Which detector: isolation_forest, the name of a plugin in the plugin folder, or ensemble.
    #[arg(long, short, default_value = "isolation_forest")]
    detector: String,
    #[command(flatten)]
    task: Task,
    /// Folder of plugins.
    #[arg(long, env = "PYNOMALY_PLUGIN_DIR")]
    plugins: Option<PathBuf>,
}

/// Which rows, and what becomes of them.
#[derive(clap::Args)]
pub(crate) struct Task {
    /// CSV file of numbers, one row a line, or also of texts with --categories. An empty cell is a
    /// missing value.
    file: PathBuf,
    /// A parameter of the detector; may be given several times.
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = parameter::parse, action = ArgAction::Append)]
    parameter: Vec<(String, Value)>,
    /// Source of all randomness.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    steps: Steps,
    /// Only these columns, by name or by position from 0.
    #[arg(long, value_delimiter = ',', conflicts_with = "exclude")]
    columns: Vec<String>,
    /// All but these columns, by name or by position from 0.
    #[arg(long, value_delimiter = ',')]
    exclude: Vec<String>,
    /// Whether the first line names the columns; auto: it does if any cell of it is no number.
    #[arg(long, value_enum, default_value_t = Header::Auto)]
    header: Header,
    /// CSV file for `index, score, is_anomaly`, and what else was asked for; without it they go to
    /// standard output.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

/// A task whose rows are read.
pub(crate) struct Request(DetectRequest);

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let request = arguments.task.read(&arguments.detector)?;
    let detection = request.run(&engine(arguments)?)?;
    arguments.task.report(&request, &detection)
}

impl Task {
    /// Reads the rows.
    pub(crate) fn read(&self, detector: &str) -> anyhow::Result<Request> {
        let choice = table::Choice { only: &self.columns, without: &self.exclude };
        let (data, features) = match self.steps.encoding() {
            None => (table::read(&self.file, self.header, &choice)?, Features::default()),
            Some(encoding) => table::read_encoded(&self.file, self.header, &choice, encoding)?,
        };
        Ok(Request(DetectRequest {
            data,
            detector_type: detector.to_owned(),
            parameters: parameter::collect(&self.parameter)?,
            pipeline: Pipeline { features, ..self.steps.pipeline()? },
            seed: self.seed,
        }))
    }

    /// Prints the scores, and what was done.
    pub(crate) fn report(&self, request: &Request, detection: &Detection) -> anyhow::Result<()> {
        output::write(detection, self.output.as_deref())?;
        summarise(detection);
        report_steps(detection, &request.0.pipeline.features)
    }
}

impl Request {
    pub(crate) fn run(&self, engine: &Engine) -> anyhow::Result<Detection> {
        let spinner =
            ProgressBar::new_spinner().with_message(format!("{} …", self.0.detector_type));
        spinner.enable_steady_tick(TICK);
        let detection = engine.detect(&self.0, &engine.sandbox().limits().budget());
        spinner.finish_and_clear();
        detection.map_err(|error| verdict(engine, error))
    }
}

/// Plugins are compiled only where one is asked for.
fn engine(arguments: &Arguments) -> anyhow::Result<Engine> {
    let engine = Engine::new(Sandbox::new(Limits::default(), None)?);
    if let Some(folder) = &arguments.plugins
        && engine.get(&arguments.detector).map_or(true, |served| served.is_ensemble())
    {
        pynomaly_engine::load_folder(&engine, folder)
            .with_context(|| format!("the plugin folder {} cannot be read", folder.display()))?;
    }
    Ok(engine)
}

/// Whose fault it was, with a hint where the plugin folder is the likely cause.
fn verdict(engine: &Engine, error: DetectError) -> anyhow::Error {
    let catalog = engine.catalog();
    let hint = match error {
        DetectError::UnknownDetector { .. } if catalog.plugins().len() == 0 => {
            "; plugins are looked for in the folder that --plugins names"
        }
        _ => "",
    };
    let refused: Vec<_> = catalog
        .plugins()
        .filter_map(|status| match &status.state {
            pynomaly_engine::PluginState::Refused { reason, .. } => {
                Some(format!("\n  {}: {reason}", status.source))
            }
            pynomaly_engine::PluginState::Active => None,
        })
        .collect();
    match error {
        DetectError::Call(_) => error.into(),
        _ => Refused(format!("{error}{hint}{}", refused.concat())).into(),
    }
}

/// What was done before and after the detector, as JSON, so that it can be asked for again.
#[expect(clippy::print_stderr, reason = "the command's report")]
fn report_steps(detection: &Detection, features: &Features) -> anyhow::Result<()> {
    eprintln!("pipeline {}", serde_json::to_string(&detection.pipeline)?);
    if let Some(encoder) = features.encoder() {
        eprintln!("categories {}", serde_json::to_string(encoder)?);
    }
    Ok(())
}

/// One line for people, on standard error: standard output may be the scores.
#[expect(clippy::print_stderr, reason = "the command's report")]
fn summarise(detection: &Detection) {
    let fuel = detection.fuel_used.map(|fuel| format!(", fuel {fuel}")).unwrap_or_default();
    eprintln!(
        "{} {} ({}): {} of {} rows above {}, seed {}, {:.1} ms{fuel}",
        detection.detector_type,
        detection.detector_version,
        detection.detector_digest,
        detection.anomalies,
        detection.scores.len(),
        detection.threshold,
        detection.seed,
        detection.detector_time.as_secs_f64() * 1_000.0,
    );
}
