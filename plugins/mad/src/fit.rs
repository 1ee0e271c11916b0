//! Learning: median and deviation of each column.

use crate::Options;
use crate::center::Center;
use crate::model::Mad;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<Mad>, Error> {
    let center = |column| Center::of(&kernels::column(training, column));
    let centers: Vec<_> = (0..training.columns()).map(center).collect();
    let model = Mad::new(&centers, options.cap);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}
