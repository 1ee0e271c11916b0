//! Learning: keep the rows.

use crate::Options;
use crate::model::Kde;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Kde>, Error> {
    let model = Kde::new(training.columns(), training.values().to_vec(), options.bandwidth);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}
