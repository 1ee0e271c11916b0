//! PCA over subsequences: how unlike the usual windows of a series a window is.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod lagged;
mod model;
mod scale;

pub use model::SubPca;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct Options {
    /// Moments of a window: about a season. Times the columns it is at most 512.
    #[parameter(default = 32, range = 2..=512)]
    pub window_size: u32,
    /// How many principal components are told apart; all others count alike. If absent, as many as
    /// hold nine tenths of the variance.
    #[parameter(range = 1..=512)]
    pub n_components: Option<u32>,
}

/// Most values of a window: its covariances are as many squared.
pub(crate) const VALUES_MAX: usize = 512;

impl Detector for Detect {
    type Parameters = Options;
    type Model = SubPca;

    const ABOUT: About = About {
        name: "sub_pca",
        version: "1.0.0",
        summary: "Principal components of a series' windows: Mahalanobis distance of the window \
                  that ends with a moment, small components counting alike.",
        reference: "Q. Liu, J. Paparrizos: The Elephant in the Room: Towards A Reliable \
                    Time-Series Anomaly Detection Benchmark. NeurIPS 2024. The distance: \
                    M. E. Tipping, C. M. Bishop: Probabilistic Principal Component Analysis. \
                    J. R. Statist. Soc. B 61(3), 1999. doi:10.1111/1467-9868.00196",
        task: Task::TimeSeries,
        minimum_rows: 3,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<SubPca>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect);
