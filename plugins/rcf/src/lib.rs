//! Robust random cut forest: how much a row would disturb random trees of the other rows.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod attribution;
mod fit;
mod model;
mod node;
mod sample;
mod state;
mod tree;

pub use model::Rcf;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// How many trees there are; each has a sample of its own.
    #[parameter(default = 100, range = 1..=500)]
    pub num_trees: u32,
    /// Rows in the sample of a tree.
    #[parameter(default = 256, range = 2..=1024)]
    pub tree_size: u32,
    /// How fast the samples forget: rows that came a moments ago weigh exp(-a * time_decay). At 0
    /// all rows weigh the same, however long ago they came.
    #[parameter(default = 0.0, range = 0.0..=1.0)]
    pub time_decay: f64,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Rcf;

    const ABOUT: About = About {
        name: "rcf",
        version: "1.0.0",
        summary: "Robust random cut forest: how many rows a row displaces in trees of random \
                  cuts. Learns from a stream.",
        reference: "S. Guha, N. Mishra, G. Roy, O. Schrijvers: Robust Random Cut Forest Based \
                    Anomaly Detection on Streams. ICML 2016. \
                    https://proceedings.mlr.press/v48/guha16.html",
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, seed: u64) -> Result<Fitted<Rcf>, Error> {
        Ok(fit::fit(training, options, seed))
    }
}

pynomaly_sdk::export!(Detect, explainer, learner);
