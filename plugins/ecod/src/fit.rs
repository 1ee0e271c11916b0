//! Learning: sort each column; the rank of a value is how rare it is.

use crate::Method;
use crate::model::{Column, Ecod, Tails};
use crate::skewness;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, method: Method) -> Fitted<Ecod> {
    let tails = Tails::new(training.rows(), method);
    let mut training_scores = vec![0.0; training.rows()];
    let mut columns = Vec::with_capacity(training.columns());
    for column in 0..training.columns() {
        let values = kernels::column(training, column);
        let skewness = skewness::sign(&values);
        let order = kernels::argsort(&values);
        let value = |row: u32| values.get(row as usize).copied().unwrap_or_default();
        let sorted = kernels::map(&order, value);
        add_scores(&order, &sorted, skewness, &tails, &mut training_scores);
        columns.push(Column { sorted, skewness });
    }
    Fitted { model: Ecod::new(columns, tails), training_scores }
}

/// Adds the column's part to every row's score. Equal values share the ranks of their run.
fn add_scores(order: &[u32], sorted: &[f64], skewness: f64, tails: &Tails, scores: &mut [f64]) {
    let parts = parts(sorted, skewness, tails);
    let (rows, rest) = order.as_chunks::<{ kernels::LANES }>();
    let (of_rows, of_rest) = parts.as_chunks::<{ kernels::LANES }>();
    let mut add = |row: &u32, part: &f64| {
        if let Some(score) = scores.get_mut(*row as usize) {
            *score += part;
        }
    };
    for (rows, parts) in rows.iter().zip(of_rows) {
        rows.iter().zip(parts).for_each(|(row, part)| add(row, part));
    }
    rest.iter().zip(of_rest).for_each(|(row, part)| add(row, part));
}

/// The part of each value: as if no two were equal, then again for those that are.
fn parts(sorted: &[f64], skewness: f64, tails: &Tails) -> Vec<f64> {
    let mut parts = tails.parts_of_distinct(skewness);
    let mut start = 0;
    let equal_pair =
        |start| kernels::first_pair(sorted.get(start..).unwrap_or_default(), |a, b| a == b);
    while let Some(pair) = equal_pair(start) {
        start += pair;
        let run = sorted.get(start..).unwrap_or_default();
        let end = start + run.iter().take_while(|value| Some(*value) == run.first()).count();
        let part = tails.part(end, sorted.len() - start, skewness);
        parts.get_mut(start..end).unwrap_or_default().fill(part);
        start = end;
    }
    parts
}
