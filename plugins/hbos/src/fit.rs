//! Learning: a histogram of each column.

use crate::Options;
use crate::histogram::{Edges, Histogram};
use crate::model::Hbos;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Hbos>, Error> {
    let histogram = |column| {
        let values: Vec<f64> = training.column(column).collect();
        let edges = Edges::around(&values, options.n_bins as usize).ok_or_else(|| {
            Error::InvalidInput(format!("column {column} spans more than a number can hold"))
        })?;
        Ok(Histogram::new(edges, &values, options.alpha))
    };
    let columns = (0..training.columns()).map(histogram).collect::<Result<_, Error>>()?;
    let model = Hbos::new(columns, options.tol);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}
