//! Learning: keep the rows, on one scale where no bandwidth is given.

use crate::Options;
use crate::model::Kde;
use pynomaly_sdk::Scale;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Kde>, Error> {
    let model = match options.bandwidth {
        Some(bandwidth) => {
            Kde::new(training.columns(), training.values().to_vec(), None, bandwidth)
        }
        None => scaled(training)?,
    };
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}

/// With Scott's bandwidth for standardised columns. A constant column is none of them.
#[expect(clippy::cast_precision_loss, reason = "a number of rows or columns")]
fn scaled(training: &Matrix<'_>) -> Result<Kde, Error> {
    let (scale, columns) = Scale::of(training)?;
    let dimensions = scale.deviations.iter().filter(|it| **it > 0.0).count();
    let bandwidth = math::pow(training.rows() as f64, -1.0 / (dimensions as f64 + 4.0));
    let row = |row: usize| columns.iter().filter_map(move |column| column.get(row)).copied();
    let values = (0..training.rows()).flat_map(row).collect();
    Ok(Kde::new(training.columns(), values, Some(scale), bandwidth))
}
