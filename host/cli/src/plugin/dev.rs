//! `pynomaly plugin dev`: builds and scores again with every change.

use super::build::{Install, built};
use super::project::{Project, Stamps};
use super::run::engine;
use crate::detect::Task;
use pynomaly_engine::Detection;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// How often the project's files are looked at. They must have looked the same twice: an editor
/// writes more than once.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Rows that are named; the others are counted.
const ROWS_SHOWN: usize = 20;

/// Watch a project: build it, score the rows of a CSV file, and do so again with every change.
///
/// Each time it prints how the scores and the flagged rows differ from the last time. Ends with
/// Ctrl-C.
#[derive(clap::Args)]
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
    let mut last = None;
    loop {
        let seen = project.stamps()?;
        match round(&project, arguments) {
            Ok(detection) => {
                say(&difference(last.as_ref(), &detection)?)?;
                last = Some(detection);
            }
            // The next change may mend it.
            Err(error) => say(&format!("{error:#}\n"))?,
        }
        wait_for_change(&project, &seen)?;
    }
}

fn round(project: &Project, arguments: &Arguments) -> anyhow::Result<Detection> {
    let component = built(project, arguments.install)?;
    let (engine, name) = engine(project, &component)?;
    arguments.task.read(&name)?.run(&engine)
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Returns once the files differ from `seen`, and have stopped changing.
fn wait_for_change(project: &Project, seen: &Stamps) -> anyhow::Result<()> {
    let mut before = seen.clone();
    loop {
        std::thread::sleep(LOOK_EVERY);
        let now = project.stamps()?;
        if now != *seen && now == before {
            return Ok(());
        }
        before = now;
    }
}

fn difference(last: Option<&Detection>, now: &Detection) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let (rows, version) = (now.scores.len(), &now.detector_version);
    let (name, count, threshold) = (&now.detector_type, now.anomalies, now.threshold);
    writeln!(text, "{name} {version}: {count} of {rows} rows above {threshold}")?;
    let Some(last) = last.filter(|last| last.scores.len() == rows) else { return Ok(text) };
    let changes = last.scores.iter().zip(&now.scores).map(|(old, new)| (new - old).abs());
    let changed = changes.clone().filter(|change| *change > 0.0).count();
    let greatest = changes.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    match greatest.filter(|_| changed > 0) {
        Some((row, change)) => {
            writeln!(text, "  {changed} scores differ, that of row {row} the most: by {change}")?;
        }
        None => writeln!(text, "  no score differs")?,
    }
    let turned = |to: bool| {
        let is_turned = |row: &usize| now.is_anomaly(*row) == to && last.is_anomaly(*row) != to;
        (0..rows).filter(is_turned).collect::<Vec<_>>()
    };
    name_rows(&mut text, "newly flagged", &turned(true))?;
    name_rows(&mut text, "no longer flagged", &turned(false))?;
    Ok(text)
}

fn name_rows(text: &mut String, what: &str, rows: &[usize]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    let shown: Vec<_> = rows.iter().take(ROWS_SHOWN).map(ToString::to_string).collect();
    write!(text, "  {what}: {}", shown.join(", "))?;
    match rows.len().checked_sub(ROWS_SHOWN) {
        Some(more) if more > 0 => writeln!(text, " and {more} more"),
        _ => writeln!(text),
    }
}
