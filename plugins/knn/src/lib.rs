//! k nearest neighbours: how far a row is from its closest companions.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;

pub use model::Knn;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// How many neighbours count; fewer than there are training rows.
    #[parameter(default = 5, range = 1..=1000)]
    pub n_neighbors: u32,
    /// What the distances to them become: that to the farthest, their mean, or their median.
    #[parameter(default = Method::Largest)]
    pub method: Method,
}

/// What the distances to the neighbours become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The distance to the farthest of them.
    Largest,
    /// The mean distance.
    Mean,
    /// The median distance.
    Median,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Knn;

    const ABOUT: About = About {
        name: "knn",
        version: "1.0.0",
        summary: "Euclidean distance to the k nearest neighbours: the largest, mean or median.",
        reference: "S. Ramaswamy, R. Rastogi, K. Shim: Efficient Algorithms for Mining Outliers \
                    from Large Data Sets. SIGMOD 2000. doi:10.1145/342009.335437",
        minimum_rows: 2,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Knn>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect, explainer);
