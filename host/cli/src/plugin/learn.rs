//! `pynomaly plugin learn`: a project's component on a stream.

use super::build::{Install, built};
use super::project::Project;
use crate::exit::{PluginRefused, Refused};
use crate::parameter;
use crate::table::{self, Header};
use anyhow::Context;
use clap::ArgAction;
use pynomaly_core::{Matrix, Value};
use pynomaly_engine::{Limits, Sandbox};
use std::io::Write;
use std::path::PathBuf;

/// Build a project whose detector learns from a stream, fit it to the first rows of a CSV file, and
/// have it score and then learn the others, one after the other.
///
/// Prints `index, score` of each row that is learnt.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin learn rows.csv
  pynomaly plugin learn rows.csv --training 50 --parameter learning_rate=0.1")]
pub(crate) struct Arguments {
    /// CSV file of numbers, one row a line.
    file: PathBuf,
    /// How many rows to fit.
    #[arg(long, default_value_t = 100)]
    training: usize,
    /// A parameter of the detector; may be given several times.
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = parameter::parse, action = ArgAction::Append)]
    parameter: Vec<(String, Value)>,
    /// Source of all randomness.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Whether the first line names the columns; auto: it does if any cell of it is no number.
    #[arg(long, value_enum, default_value_t = Header::Auto)]
    header: Header,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    install: Install,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let all = table::Choice { only: &[], without: &[] };
    let rows = table::read(&arguments.file, arguments.header, &all)?;
    let (training, stream) = split(&rows, arguments.training)?;
    let project = Project::open(&arguments.dir)?;
    let component = built(&project, arguments.install)?;
    let cache = project.component().with_file_name("compiled");
    let sandbox = Sandbox::new(Limits::default(), Some(cache))?;
    let plugin = sandbox.load(&component).map_err(|error| PluginRefused(error.to_string()))?;
    if !plugin.is_learning() {
        return Err(Refused("the detector does not learn from a stream".to_owned()).into());
    }
    let given = parameter::collect(&arguments.parameter)?;
    let given = plugin.descriptor().check_parameters(&given);
    let parameters = given.map_err(|error| Refused(error.to_string()))?;
    let budget = sandbox.limits().budget();
    let mut model = plugin.fit(&training, &parameters, arguments.seed, &budget)?.model;
    let mut out = std::io::stdout().lock();
    writeln!(out, "index,score")?;
    for (index, row) in stream.iter().enumerate() {
        let learnt = model.update(row, &budget)?.context("the model does not learn")?;
        for score in learnt.scores {
            writeln!(out, "{},{score}", training.rows() + index)?;
        }
    }
    Ok(out.flush()?)
}

/// The first rows in one table, and each of the others in one of its own.
fn split(rows: &Matrix, training: usize) -> anyhow::Result<(Matrix, Vec<Matrix>)> {
    if training == 0 || training >= rows.rows() {
        let reason = format!("of {} rows, {training} cannot be fitted", rows.rows());
        return Err(Refused(format!("{reason} and others learnt")).into());
    }
    let first = rows.iter_rows().take(training).flatten().copied().collect();
    let others = rows.iter_rows().skip(training);
    let others = others.map(|row| Matrix::new(rows.columns(), row.to_vec()));
    Ok((Matrix::new(rows.columns(), first)?, others.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_rows_are_fitted_and_some_learnt() {
        let rows = Matrix::new(2, (0..6).map(f64::from).collect()).unwrap();
        let (training, stream) = split(&rows, 2).unwrap();
        assert_eq!(training.values(), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(stream.iter().map(Matrix::values).collect::<Vec<_>>(), [[4.0, 5.0]]);
        for wrong in [0, 3, 4] {
            assert!(split(&rows, wrong).err().unwrap().is::<Refused>(), "{wrong}");
        }
    }
}
