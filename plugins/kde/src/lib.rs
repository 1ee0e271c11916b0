//! KDE: how thinly the training rows lie around a row, all of them smoothed by a Gaussian.
//!
//! Steps, papers, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod kernel;
mod model;

pub use model::Kde;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// Standard deviation of the Gaussian around each training row, in the columns' unit. Absent:
    /// the columns are standardised, and Scott's rule gives it: n^(−1 / (d + 4)).
    #[parameter(range = 1e-9..=1e9)]
    pub bandwidth: Option<f64>,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Kde;

    const ABOUT: About = About {
        name: "kde",
        version: "2.0.1",
        state_version: 2,
        summary: "Kernel density estimation: the negative logarithm of the density by Gaussians \
                  around the training rows.",
        reference: "E. Parzen: On Estimation of a Probability Density Function and Mode. Annals \
                    of Mathematical Statistics 33(3), 1962. doi:10.1214/aoms/1177704472",
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Kde>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect);
