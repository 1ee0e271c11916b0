//! Learning: the principal axes.

use crate::Options;
use crate::model::Mahalanobis;
use pynomaly_sdk::Principal;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Mahalanobis>, Error> {
    let model = Mahalanobis::new(Principal::of(training)?, options.method);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}
