//! Learning: sort each column; the rank of a value is how rare it is.

use crate::model::{Column, Ecod, Tails};
use crate::skewness;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>) -> Fitted<Ecod> {
    let tails = Tails::new(training.rows());
    let mut training_scores = vec![0.0; training.rows()];
    let mut columns = Vec::with_capacity(training.columns());
    let mut order = Vec::with_capacity(training.rows());
    for column in 0..training.columns() {
        let values: Vec<f64> = training.column(column).collect();
        let skewness = skewness::sign(&values);
        sort(&values, &mut order);
        add_scores(&order, skewness, &tails, &mut training_scores);
        let sorted = order.iter().map(|(_, value)| *value).collect();
        columns.push(Column { sorted, skewness });
    }
    Fitted { model: Ecod::new(columns, tails), training_scores }
}

/// The values in ascending order, each with the row that it is from.
fn sort(values: &[f64], order: &mut Vec<(u32, f64)>) {
    order.clear();
    order.extend((0..).zip(values.iter().copied()));
    order.sort_unstable_by(|(_, a), (_, b)| a.total_cmp(b));
}

/// Adds the column's part to every row's score. Equal values share the ranks of their run.
fn add_scores(order: &[(u32, f64)], skewness: f64, tails: &Tails, scores: &mut [f64]) {
    let mut below = 0;
    for run in order.chunk_by(|(_, a), (_, b)| a == b) {
        let not_above = below + run.len();
        let part = tails.part(not_above, order.len() - below, skewness);
        for (row, _) in run {
            if let Some(score) = scores.get_mut(*row as usize) {
                *score += part;
            }
        }
        below = not_above;
    }
}
