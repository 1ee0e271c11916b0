//! Learning: a histogram of each column.

use crate::Options;
use crate::histogram::{Edges, Histogram};
use crate::model::Hbos;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Hbos>, Error> {
    let mut training_scores = vec![0.0; training.rows()];
    let mut columns = Vec::with_capacity(training.columns());
    for column in 0..training.columns() {
        let values: Vec<f64> = training.column(column).collect();
        let edges = Edges::around(&values, options.n_bins as usize).ok_or_else(|| {
            Error::InvalidInput(format!("column {column} spans more than a number can hold"))
        })?;
        columns.push(Histogram::count(edges, &values, options.alpha, &mut training_scores));
    }
    training_scores.iter_mut().for_each(|score| *score = math::finite(*score));
    Ok(Fitted { model: Hbos::new(columns, options.tol), training_scores })
}
