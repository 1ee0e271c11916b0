//! Learning: find each row's neighbours among the others.

use crate::Options;
use crate::model::Lof;
use pynomaly_sdk::prelude::*;
use std::cmp::Ordering;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Fitted<Lof> {
    let order = ascending(training);
    let values = order.iter().flat_map(|(_, row)| row.iter().copied()).collect();
    let count = (options.n_neighbors as usize).min(training.rows() - 1);
    let (model, scores) = Lof::new(training.columns(), values, count);
    let mut training_scores = vec![0.0; training.rows()];
    for ((place, _), score) in order.iter().zip(scores) {
        training_scores.iter_mut().skip(*place).take(1).for_each(|it| *it = score);
    }
    Fitted { model, training_scores }
}

/// The rows with their indices, in the order of their values: of equally distant rows that one is
/// a neighbour which comes first in this order, so that the caller's order means nothing.
fn ascending<'a>(training: &Matrix<'a>) -> Vec<(usize, &'a [f64])> {
    let mut rows: Vec<_> = training.iter_rows().enumerate().collect();
    rows.sort_by(|(_, a), (_, b)| compare(a, b));
    rows
}

fn compare(a: &[f64], b: &[f64]) -> Ordering {
    let values = a.iter().zip(b).map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)));
    values.fold(Ordering::Equal, Ordering::then)
}
