//! Half-space trees: how many of the last moments lie where a moment lies.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;
mod profile;
mod space;
mod state;

pub use model::HalfSpaceTrees;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under the paper's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct Options {
    /// How many trees halve the space, each in its own way.
    #[parameter(default = 25, range = 1..=200)]
    pub n_trees: u32,
    /// How often a tree halves the space.
    #[parameter(default = 15, range = 1..=20)]
    pub height: u32,
    /// Moments after which what was learnt replaces what is scored against.
    #[parameter(default = 250, range = 2..=10_000)]
    pub window_size: u32,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = HalfSpaceTrees;

    const ABOUT: About = About {
        name: "half_space_trees",
        version: "1.0.0",
        summary: "Random halvings of the space: how sparse the last window of moments is around \
                  a moment. Learns from a stream.",
        reference: "S. C. Tan, K. M. Ting, T. F. Liu: Fast Anomaly Detection for Streaming Data. \
                    IJCAI 2011. doi:10.5591/978-1-57735-516-8/IJCAI11-254",
        task: Task::TimeSeries,
        extra: &[("auc-floor", "0.95")],
        ..About::TABULAR
    };

    fn fit(
        training: &Matrix<'_>,
        options: Options,
        seed: u64,
    ) -> Result<Fitted<HalfSpaceTrees>, Error> {
        fit::fit(training, options, seed)
    }
}

pynomaly_sdk::export!(Detect, learner);
