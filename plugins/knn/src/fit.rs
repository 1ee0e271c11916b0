//! Learning: keep the rows, and compare each with all others.

use crate::Options;
use crate::model::Knn;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Knn>, Error> {
    if training.rows() <= options.n_neighbors as usize {
        return Err(Error::InsufficientData(options.n_neighbors.saturating_add(1)));
    }
    let model = Knn::new(training.columns(), training.values().to_vec(), options);
    let training_scores = model.score_rows(training, 1);
    Ok(Fitted { model, training_scores })
}
