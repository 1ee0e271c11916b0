//! Learning: keep the series, and compare each of its windows with all others.

use crate::Options;
use crate::model::MatrixProfile;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(training: &Matrix<'_>, options: Options) -> Result<Fitted<MatrixProfile>, Error> {
    if training.rows() < options.rows_min() {
        let needed = u32::try_from(options.rows_min()).unwrap_or(u32::MAX);
        return Err(Error::InsufficientData(needed));
    }
    let model = MatrixProfile::new(training.columns(), training.values().to_vec(), options);
    let profile = model.profile();
    let before = (options.window_size as usize).saturating_sub(1);
    let first = profile.first().copied().unwrap_or_default();
    let training_scores = std::iter::repeat_n(first, before).chain(profile).collect();
    Ok(Fitted { model, training_scores })
}
