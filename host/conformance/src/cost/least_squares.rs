//! Fits a formula whose factors are not negative, with few terms.
//!
//! There are so few terms that every choice of them can be tried: the best one among those without
//! a negative factor is the exact answer of non-negative least squares (C. Lawson, R. Hanson,
//! Solving Least Squares Problems, 1974, chapter 23), for that many terms.

use super::formula::{Coefficient, Growth, Term};

/// The most terms of a formula.
const TERMS_MAX: usize = 4;
/// How much smaller the squared error must become for one term more: chance alone makes it smaller.
const PENALTY: f64 = 2.0;
/// Of squared error a point, below which a fit counts as exact.
const EXACT: f64 = 1e-12;

/// What a table of some size costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) rows: u64,
    pub(crate) columns: u64,
    /// At least 1.
    pub(crate) cost: f64,
}

/// The slowest growth that explains what was measured: terms linear in rows alone where they are off
/// by no more than `tolerance` or twice what all terms together are off by, as root mean squares of
/// relative errors; else with logarithms; else with squares. What grows slowly refuses least.
/// The same points give the same bits.
pub(super) fn fit(points: &[Point], tolerance: f64) -> Vec<Coefficient> {
    let all = best(points, Growth::Quadratic);
    let allowed = tolerance.max(2.0 * squared_error(&all, points).sqrt());
    let slower = [Growth::Linear, Growth::Logarithmic].map(|growth| best(points, growth));
    let explains = |fitted: &Vec<Coefficient>| squared_error(fitted, points).sqrt() <= allowed;
    slower.into_iter().find(explains).unwrap_or(all)
}

/// The terms of no faster growth, and their factors, whose relative errors have the least sum of
/// squares, a penalty on each term included.
fn best(points: &[Point], growth: Growth) -> Vec<Coefficient> {
    let mut best = (f64::INFINITY, Vec::new());
    for choice in 1_u32..1 << Term::ALL.len() {
        let count = choice.count_ones() as usize;
        let chosen = Term::ALL.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
        let terms: Vec<Term> = chosen.map(|(_, term)| *term).collect();
        let too_fast = terms.iter().any(|term| term.growth() > growth);
        if too_fast || count > TERMS_MAX.min(points.len()) {
            continue;
        }
        let Some(factors) = solve(&terms, points) else { continue };
        let factored = terms.into_iter().zip(factors);
        let fitted: Vec<_> = factored.map(|(term, factor)| Coefficient { term, factor }).collect();
        let penalty = (0..count).fold(1.0, |product, _| product * PENALTY);
        let badness = (squared_error(&fitted, points) + EXACT) * penalty;
        if badness < best.0 {
            best = (badness, fitted);
        }
    }
    best.1
}

/// The relative error at a point, as a part of its cost.
pub(super) fn relative_error(fitted: &[Coefficient], point: &Point) -> f64 {
    let value = |it: &Coefficient| it.factor * it.term.at(point.rows, point.columns);
    (fitted.iter().map(value).sum::<f64>() / point.cost - 1.0).abs()
}

fn squared_error(fitted: &[Coefficient], points: &[Point]) -> f64 {
    let squares = points.iter().map(|point| relative_error(fitted, point));
    squares.map(|error| error * error).sum::<f64>() / points.len() as f64
}

/// The factors with the least squares, unless one of them is negative or they are not determined.
fn solve(terms: &[Term], points: &[Point]) -> Option<Vec<f64>> {
    // Each equation divided by its cost makes errors relative; each term brought to length 1 keeps
    // the numbers of one size.
    let column = |term: &Term| -> Vec<f64> {
        points.iter().map(|it| term.at(it.rows, it.columns) / it.cost).collect()
    };
    let columns: Vec<_> = terms.iter().map(column).collect();
    let lengths: Vec<_> = columns.iter().map(|column| dot(column, column).sqrt()).collect();
    let product =
        |(left, a): (&Vec<f64>, &f64), (right, b): (&Vec<f64>, &f64)| dot(left, right) / (a * b);
    let scaled = || columns.iter().zip(&lengths);
    let gram = scaled().map(|left| scaled().map(|right| product(left, right)).collect()).collect();
    let wanted = scaled().map(|(column, length)| column.iter().sum::<f64>() / length).collect();
    let factors = eliminate(gram, wanted)?;
    let factors: Vec<_> = factors.iter().zip(&lengths).map(|(it, length)| it / length).collect();
    factors.iter().all(|factor| factor.is_finite() && *factor >= 0.0).then_some(factors)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// Solves `matrix · x = wanted` for a positive definite matrix (Gauss and Jordan, no pivots);
/// `None` where it is nearly singular.
fn eliminate(mut matrix: Vec<Vec<f64>>, mut wanted: Vec<f64>) -> Option<Vec<f64>> {
    /// A pivot less than this is nothing but rounding.
    const PIVOT_MIN: f64 = 1e-10;
    for at in 0..wanted.len() {
        let pivot_row = matrix.get(at)?.clone();
        let pivot = *pivot_row.get(at)?;
        if pivot < PIVOT_MIN {
            return None;
        }
        let pivot_wanted = *wanted.get(at)?;
        for (place, (row, value)) in matrix.iter_mut().zip(&mut wanted).enumerate() {
            if place == at {
                continue;
            }
            let factor = row.get(at)? / pivot;
            row.iter_mut().zip(&pivot_row).for_each(|(it, above)| *it -= factor * above);
            *value -= factor * pivot_wanted;
        }
    }
    let diagonal = matrix.iter().enumerate().map(|(at, row)| row.get(at).copied());
    diagonal.zip(wanted).map(|(pivot, value)| Some(value / pivot?)).collect()
}
