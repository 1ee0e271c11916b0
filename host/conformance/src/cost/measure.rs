//! Measures a grid of tables and makes the card.

use super::formula::Formula;
use super::least_squares::{Point, fit, relative_error};
use super::{CallCost, CostCard};
use crate::checks::fit_least;
use crate::error::{Ended, failed};
use crate::subject::{Subject, is_verdict};
use pynomaly_core::Matrix;
use pynomaly_sandbox::{CallError, LimitKind};
use std::time::{Duration, Instant};

/// Numbers of rows of the tables that formulas are fitted to. Not only powers of two, which some
/// algorithms prefer.
const ROWS: [usize; 6] = [64, 120, 256, 500, 1000, 2048];
/// Their numbers of columns.
const COLUMNS: [usize; 4] = [1, 2, 6, 16];
/// Rows and columns of the tables that formulas are then tested at; the last are larger.
const HELD_OUT: [(usize, usize); 7] =
    [(96, 4), (384, 1), (768, 8), (1536, 3), (512, 24), (3072, 2), (4096, 8)];
/// How many times the rows that it needs at all a detector is measured with.
const LEAST_ROWS_FACTOR: usize = 4;
/// The most rows from which it is measured nevertheless.
const ROWS_LEAST_MAX: usize = 500;
/// How far fuel may be off for a slower growth to be believed.
const FUEL_TOLERANCE: f64 = 0.05;
/// How far memory may be: it grows in pages, and lists grow by doubling.
const MEMORY_TOLERANCE: f64 = 0.25;
/// Fuel of one call; a table that needs more is not measured, nor is a larger one.
const POINT_FUEL_MAX: u64 = 4_000_000_000;
/// Fuel from which the time of a call tells anything.
const TIMED_FUEL_MIN: u64 = 500_000;
/// The fewest tables that a formula is fitted to.
const POINTS_MIN: usize = 6;
/// Stream of the kit's seed that the tables come from.
const STREAM: u64 = 8;

/// What one call cost at one size.
struct Measured {
    rows: u64,
    columns: u64,
    fuel: u64,
    memory_bytes: usize,
    time: Duration,
}

/// Both calls at the sizes of one list.
#[derive(Default)]
struct Measurements {
    fits: Vec<Measured>,
    scores: Vec<Measured>,
}

/// The card of the parameters that the subject is tried with.
pub(crate) fn measure(subject: &Subject) -> Result<CostCard, Ended> {
    // Just enough rows are a case of their own: a window that moves over them hardly moves.
    let least = (fit_least(subject)?.0 as usize).saturating_mul(LEAST_ROWS_FACTOR);
    let columns_max = if subject.columns()? == 1 { 1 } else { usize::MAX };
    let allowed = |(rows, columns): &(usize, usize)| {
        *columns <= columns_max && *rows >= least.min(ROWS_LEAST_MAX)
    };
    let grid = ROWS.into_iter().flat_map(|rows| COLUMNS.map(|columns| (rows, columns)));
    let grid = Measurements::of(subject, grid.filter(allowed))?;
    let held_out = Measurements::of(subject, HELD_OUT.into_iter().filter(allowed))?;
    if grid.fits.len() < POINTS_MIN {
        return failed(format!("only {} tables of the grid can be measured", grid.fits.len()));
    }
    let parameters = subject.parameters.iter();
    let sizes = || grid.fits.iter().chain(&held_out.fits);
    Ok(CostCard {
        digest: subject.plugin.digest().to_owned(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        rows_max: sizes().map(|it| it.rows).max().unwrap_or_default(),
        columns_max: sizes().map(|it| it.columns).max().unwrap_or_default(),
        fit: call_cost(&grid.fits, &held_out.fits),
        score: call_cost(&grid.scores, &held_out.scores),
    })
}

impl Measurements {
    fn of(subject: &Subject, sizes: impl Iterator<Item = (usize, usize)>) -> Result<Self, Ended> {
        let mut measurements = Self::default();
        let mut too_much: Vec<(usize, usize)> = Vec::new();
        for (rows, columns) in sizes {
            if too_much.iter().any(|(more, wider)| rows >= *more && columns >= *wider) {
                continue;
            }
            match measure_one(subject, rows, columns)? {
                Some((fit, score)) => {
                    measurements.fits.push(fit);
                    measurements.scores.push(score);
                }
                None => too_much.push((rows, columns)),
            }
        }
        Ok(measurements)
    }
}

/// A fit, and a scoring by what was fitted, saved and loaded: `None` where that is refused, or
/// takes more fuel than a point may.
fn measure_one(
    subject: &Subject,
    rows: usize,
    columns: usize,
) -> Result<Option<(Measured, Measured)>, Ended> {
    let table = subject.table(rows, columns, STREAM);
    let mut budget = subject.budget()?;
    budget.fuel = budget.fuel.min(POINT_FUEL_MAX);
    let of = |fuel, memory_bytes, started: Instant| {
        let time = started.elapsed();
        Measured { rows: rows as u64, columns: columns as u64, fuel, memory_bytes, time }
    };
    let started = Instant::now();
    let (plugin, parameters) = (&subject.plugin, &subject.parameters);
    let outcome = subject.try_fit_within(plugin, &table, parameters, &budget)?;
    let Some(mut fitted) = answer("fit", &table, outcome)? else { return Ok(None) };
    let fit = of(fitted.fuel_used, fitted.model.memory_bytes(), started);
    let mut model = subject.load_own(&subject.save(&mut fitted.model)?)?;
    let started = Instant::now();
    let outcome = subject.try_score_within(&mut model, &table, &budget)?;
    let Some(scored) = answer("score", &table, outcome)? else { return Ok(None) };
    let score = of(scored.fuel_used, model.memory_bytes(), started);
    Ok(Some((fit, score)))
}

fn answer<T>(
    what: &str,
    table: &Matrix,
    outcome: Result<T, CallError>,
) -> Result<Option<T>, Ended> {
    match outcome {
        Ok(answer) => Ok(Some(answer)),
        Err(CallError::Limit(LimitKind::Fuel(_))) => Ok(None),
        Err(error) if is_verdict(&error) => Ok(None),
        Err(error) => failed(format!("{what} of {} × {}: {error}", table.rows(), table.columns())),
    }
}

#[expect(clippy::cast_precision_loss, reason = "costs; their last bits do not matter")]
fn call_cost(grid: &[Measured], held_out: &[Measured]) -> CallCost {
    CallCost {
        fuel: formula(grid, held_out, FUEL_TOLERANCE, |it| it.fuel as f64),
        memory_bytes: formula(grid, held_out, MEMORY_TOLERANCE, |it| it.memory_bytes as f64),
        nanoseconds_per_fuel: nanoseconds_per_fuel(grid),
    }
}

fn formula(
    grid: &[Measured],
    held_out: &[Measured],
    tolerance: f64,
    cost: fn(&Measured) -> f64,
) -> Formula {
    let point =
        |it: &Measured| Point { rows: it.rows, columns: it.columns, cost: cost(it).max(1.0) };
    let fitted = fit(&grid.iter().map(point).collect::<Vec<_>>(), tolerance);
    let errors = held_out.iter().map(|it| relative_error(&fitted, &point(it)));
    let error = errors.reduce(f64::max);
    Formula::new(fitted, error)
}

/// The median of those calls that take long enough; of all, where none does.
#[expect(clippy::cast_precision_loss, reason = "a measurement")]
fn nanoseconds_per_fuel(grid: &[Measured]) -> f64 {
    let rate = |it: &Measured| it.time.as_nanos() as f64 / it.fuel.max(1) as f64;
    let timed = grid.iter().filter(|it| it.fuel >= TIMED_FUEL_MIN);
    let mut rates: Vec<_> = timed.map(rate).collect();
    if rates.is_empty() {
        rates = grid.iter().map(rate).collect();
    }
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
