//! Rows to try a detector with.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Rows, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

const CASES: u32 = 64;
const ROWS_MAX: usize = 60;

/// Tables of up to four columns; many values come more than once.
pub(crate) fn tables(least_rows: usize) -> impl Strategy<Value = Table> {
    of(least_rows, prop_oneof![-1e3..1e3, (-3i32..3).prop_map(f64::from)])
}

/// Tables with values from the least to the greatest that there are.
pub(crate) fn tables_of_any_size(least_rows: usize) -> impl Strategy<Value = Table> {
    let size = (-320i32..=308).prop_map(|power| 10.0_f64.powi(power));
    let cell = (size, -1.0..1.0).prop_map(|(size, part)| size * part);
    let ends = prop::sample::select(vec![f64::MAX, f64::MIN, 0.0, -0.0, 5e-324, 1.0]);
    of(least_rows, prop_oneof![cell, ends])
}

fn of(least_rows: usize, cell: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Table> {
    (1usize..5, least_rows..ROWS_MAX).prop_flat_map(move |(columns, rows)| {
        prop::collection::vec(cell.clone(), columns * rows)
            .prop_map(move |values| Table { columns, values })
    })
}

/// Runs a check on many values of a strategy.
pub(crate) fn each<S: Strategy>(strategy: &S, check: impl Fn(S::Value)) {
    let mut runner = TestRunner::new(Config { cases: CASES, ..Config::default() });
    let run = |value| {
        check(value);
        Ok(())
    };
    runner.run(strategy, run).unwrap_or_else(|failure| panic!("{failure}"));
}
