//! `pynomaly evaluate`: detectors side by side on one file.

mod agreement;
mod contest;
mod json;
mod plot;
mod report;

use crate::exit::Refused;
use crate::table::{self, Choice, Header};
use anyhow::Context;
use contest::{Contest, Entry};
use pynomaly_core::threshold::CONTAMINATION_DEFAULT;
use pynomaly_engine::{Engine, Limits, Sandbox};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Stands for every detector there is.
const ALL: &str = "all";

/// Compare detectors on the rows of a CSV file, with labels or without.
///
/// Every detector fits and scores the same rows, without the label column, as `pynomaly detect`
/// does with its default parameters. One that refuses the rows or fails has a row with its reason.
///
/// ROC AUC: the share of pairs of an anomaly and a normal row in which the anomaly scores higher;
/// 0.5 is chance. Average precision: the mean precision over all recalls; chance is the share of
/// anomalies. Rows are ranked by the latter: it is the one that notices false alarms.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly evaluate rows.csv --label label
  pynomaly evaluate rows.csv --label label --plugins target/plugins --plot curves.svg
  pynomaly evaluate rows.csv --label 30 --detectors isolation_forest,knn --json
  pynomaly evaluate rows.csv --compare --plugins target/plugins --contamination 0.02

--compare prints, for every two detectors, Spearman's rank correlation of their scores, and the
rows that both flag in parts of those that either flags.

A detector that refuses or fails is a row of the answer; the exit code is 3 only where no
detector has scores.")]
pub(crate) struct Arguments {
    /// CSV file of numbers, one row a line. An empty cell is a missing value.
    file: PathBuf,
    /// The column that says which rows are anomalies, 1, and which are not, 0; by name or by
    /// position from 0.
    #[arg(long, required_unless_present = "compare")]
    label: Option<String>,
    /// Which detectors: all, or names separated by commas.
    #[arg(long, value_delimiter = ',', default_value = ALL)]
    detectors: Vec<String>,
    /// Also print how far every two detectors agree; needs no labels.
    #[arg(long)]
    compare: bool,
    /// SVG file for the ROC and the precision-recall curves.
    #[arg(long, requires = "label")]
    plot: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Folder of plugins.
    #[arg(long, env = "PYNOMALY_PLUGIN_DIR")]
    plugins: Option<PathBuf>,
    /// Source of all randomness.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Share of rows that each detector flags, in (0, 0.5].
    #[arg(long, default_value_t = CONTAMINATION_DEFAULT)]
    contamination: f64,
    /// Further columns to leave out, by name or by position from 0.
    #[arg(long, value_delimiter = ',')]
    exclude: Vec<String>,
    /// Whether the first line names the columns; auto: it does if any cell of it is no number.
    #[arg(long, value_enum, default_value_t = Header::Auto)]
    header: Header,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let contest = read(arguments)?;
    let engine = engine(arguments)?;
    let entries = contest.run(&engine, &names(arguments, &engine));
    let pairs = if arguments.compare { agreement::pairs(&entries) } else { Vec::new() };
    let answer = if arguments.json {
        json::render(&contest, &entries, &pairs)?
    } else {
        report::render(&contest, &entries) + &report::render_pairs(&pairs)
    };
    print(&answer)?;
    if let (Some(path), Some(labels)) = (&arguments.plot, &contest.labels) {
        let context = || format!("{} cannot be written", path.display());
        std::fs::write(path, plot::draw(labels, &entries)).with_context(context)?;
    }
    if entries.iter().all(|entry| entry.outcome.is_err()) {
        return Err(Refused("no detector has scores".into()).into());
    }
    Ok(())
}

/// The rows without their labels, and the labels.
fn read(arguments: &Arguments) -> anyhow::Result<Contest> {
    pynomaly_core::threshold::check_contamination(arguments.contamination)
        .map_err(|error| Refused(error.to_string()))?;
    let without: Vec<String> = arguments.exclude.iter().chain(&arguments.label).cloned().collect();
    let rows = Choice { only: &[], without: &without };
    let data = table::read(&arguments.file, arguments.header, &rows)?;
    let label = |name| labels(&arguments.file, arguments.header, name);
    Ok(Contest {
        data,
        labels: arguments.label.as_ref().map(label).transpose()?,
        seed: arguments.seed,
        contamination: arguments.contamination,
    })
}

/// The label column: both 0 and 1 must be in it, and nothing else.
fn labels(path: &Path, header: Header, name: &String) -> anyhow::Result<Vec<bool>> {
    let only = Choice { only: std::slice::from_ref(name), without: &[] };
    let column = table::read(path, header, &only)?;
    let label = |(row, value): (usize, &f64)| match value {
        0.0 => Ok(false),
        1.0 => Ok(true),
        other => Err(Refused(format!(
            "row {row} has the label {other}: write 1 for an anomaly and 0 for a normal row"
        ))),
    };
    let labels = column.values().iter().enumerate().map(label).collect::<Result<Vec<_>, _>>()?;
    if !labels.contains(&true) || !labels.contains(&false) {
        let message =
            format!("the column `{name}` must hold both anomalies (1) and normal rows (0)");
        return Err(Refused(message).into());
    }
    Ok(labels)
}

/// Plugins are compiled only where one is asked for.
fn engine(arguments: &Arguments) -> anyhow::Result<Engine> {
    let engine = Engine::new(Sandbox::new(Limits::default(), None)?);
    if let Some(folder) = &arguments.plugins
        && arguments
            .detectors
            .iter()
            .any(|name| engine.get(name).map_or(true, |it| it.is_ensemble()))
    {
        pynomaly_engine::load_folder(&engine, folder)
            .with_context(|| format!("the plugin folder {} cannot be read", folder.display()))?;
    }
    Ok(engine)
}

/// Each name once, in the order given.
fn names(arguments: &Arguments, engine: &Engine) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let add = |names: &mut Vec<String>, name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    for name in &arguments.detectors {
        if name == ALL {
            engine.catalog().iter().for_each(|it| add(&mut names, &it.descriptor().name));
        } else {
            add(&mut names, name);
        }
    }
    names
}

fn print(text: &str) -> anyhow::Result<()> {
    match std::io::Write::write_all(&mut std::io::stdout().lock(), text.as_bytes()) {
        // Whoever reads has read enough: `… | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output cannot be written"),
    }
}
