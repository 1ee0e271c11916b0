//! MCD: Mahalanobis distance from the densest half of the rows, which anomalies cannot pull away.
//!
//! Steps, papers, parameters, cost and failures: `README.md` beside this crate.

mod chi2;
mod estimate;
mod fit;
mod model;
mod search;

pub use model::Mcd;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// The part of the rows whose covariance is made least. Absent: half of them and a little
    /// more, (n + d + 1) / 2, which resists most anomalies.
    #[parameter(range = 0.5..=1.0)]
    pub support_fraction: Option<f64>,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Mcd;

    const ABOUT: About = About {
        name: "mcd",
        version: "1.0.0",
        summary: "Minimum covariance determinant: Mahalanobis distance by a mean and covariance \
                  that anomalies do not distort.",
        reference: "P. J. Rousseeuw, K. Van Driessen: A Fast Algorithm for the Minimum Covariance \
                    Determinant Estimator. Technometrics 41(3), 1999. \
                    doi:10.1080/00401706.1999.10485670",
        minimum_rows: 2,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, seed: u64) -> Result<Fitted<Mcd>, Error> {
        fit::fit(training, options, seed)
    }
}

pynomaly_sdk::export!(Detect, explainer);
