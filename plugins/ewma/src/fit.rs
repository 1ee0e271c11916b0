//! Learning: the training moments are the beginning of the stream.

use crate::Options;
use crate::model::Ewma;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Ewma>, Error> {
    let mut model = Ewma::new(training.columns(), options);
    let training_scores = model.update(training)?;
    Ok(Fitted { model, training_scores })
}
