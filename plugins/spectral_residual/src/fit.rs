//! Learning: score every window, and keep the last one.

use crate::Options;
use crate::model::SpectralResidual;
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series::{self, Tail};

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
) -> Result<Fitted<SpectralResidual>, Error> {
    let wrong = |name: &str, message: &str| {
        Err(Error::InvalidParameter { name: name.to_owned(), message: message.to_owned() })
    };
    if !options.window_size.is_power_of_two() {
        return wrong("window_size", "is no power of 2");
    }
    if options.amplitude_window.is_multiple_of(2) {
        return wrong("amplitude_window", "is even, so that it has no middle");
    }
    let window = options.real_moments();
    if training.rows() < window {
        return Err(Error::InsufficientData(u32::try_from(window).unwrap_or(u32::MAX)));
    }
    let model = SpectralResidual::new(options, Tail::of(training, window - 1));
    let training_scores = model.score_series(&series::columns(training), true);
    Ok(Fitted { model, training_scores })
}
