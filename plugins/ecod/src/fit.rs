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
        let value = |row: &u32| values.get(*row as usize).copied().unwrap_or_default();
        let sorted: Vec<f64> = order.iter().map(value).collect();
        add_scores(&order, &sorted, skewness, &tails, &mut training_scores);
        columns.push(Column { sorted, skewness });
    }
    Fitted { model: Ecod::new(columns, tails), training_scores }
}

/// Adds the column's part to every row's score. Equal values share the ranks of their run.
fn add_scores(order: &[u32], sorted: &[f64], skewness: f64, tails: &Tails, scores: &mut [f64]) {
    let mut start = 0;
    while let Some(value) = sorted.get(start) {
        let mut end = start + 1;
        while sorted.get(end) == Some(value) {
            end += 1;
        }
        let part = tails.part(end, sorted.len() - start, skewness);
        for row in order.get(start..end).unwrap_or_default() {
            if let Some(score) = scores.get_mut(*row as usize) {
                *score += part;
            }
        }
        start = end;
    }
}
