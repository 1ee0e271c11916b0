//! Learning: sort each column; the rank of a value is how rare it is.

use crate::model::{Column, Ecod, Tails};
use crate::skewness;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>) -> Fitted<Ecod> {
    let tails = Tails::new(training.rows());
    let mut training_scores = vec![0.0; training.rows()];
    let mut columns = Vec::with_capacity(training.columns());
    for column in 0..training.columns() {
        let values: Vec<f64> = training.column(column).collect();
        let skewness = skewness::sign(&values);
        let order = kernels::argsort(&values);
        let value = |row: &u32| values.get(*row as usize).copied();
        let sorted: Vec<f64> = order.iter().filter_map(value).collect();
        add_scores(&order, &sorted, skewness, &tails, &mut training_scores);
        columns.push(Column { sorted, skewness });
    }
    Fitted { model: Ecod::new(columns, tails), training_scores }
}

/// Adds the column's part to every row's score. Equal values share the ranks of their run.
fn add_scores(order: &[u32], sorted: &[f64], skewness: f64, tails: &Tails, scores: &mut [f64]) {
    let mut rows = order.iter();
    let mut below = 0;
    for run in sorted.chunk_by(|a, b| a == b) {
        let not_above = below + run.len();
        let part = tails.part(not_above, sorted.len() - below, skewness);
        for row in rows.by_ref().take(run.len()) {
            if let Some(score) = scores.get_mut(*row as usize) {
                *score += part;
            }
        }
        below = not_above;
    }
}
