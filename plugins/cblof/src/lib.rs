//! CBLOF: how far a row is from the nearest large cluster.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod clusters;
mod fit;
mod kmeans;
mod model;
mod nearest;

pub use model::Cblof;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// How many clusters to form; fewer where there are fewer distinct rows.
    #[parameter(default = 8, range = 2..=1000)]
    pub n_clusters: u32,
    /// The part of the rows that the large clusters hold together.
    #[parameter(default = 0.9, range = 0.5..1.0)]
    pub alpha: f64,
    /// A cluster is small if the next larger one is at least so many times larger.
    #[parameter(default = 5.0, range = 1.0..=1_000_000.0, exclusive_minimum)]
    pub beta: f64,
    /// Whether a distance is multiplied by the size of the row's cluster.
    #[parameter(default = false)]
    pub use_weights: bool,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Cblof;

    const ABOUT: About = About {
        name: "cblof",
        version: "1.1.0",
        summary: "Cluster-based local outlier factor: the distance to the nearest large cluster.",
        reference: "Z. He, X. Xu, S. Deng: Discovering Cluster-based Local Outliers. Pattern \
                    Recognition Letters 24(9-10), 2003. doi:10.1016/S0167-8655(03)00003-5",
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, seed: u64) -> Result<Fitted<Cblof>, Error> {
        fit::fit(training, options, seed)
    }
}

pynomaly_sdk::export!(Detect, explainer);
