//! HBOS: how empty the bins of each column's histogram are in which a row lies.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod histogram;
mod model;
mod tally;

pub use model::Hbos;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// Bins of equal width per column.
    #[parameter(default = 10, range = 2..=10_000)]
    pub n_bins: u32,
    /// Added to every density, so that an empty bin has a finite score.
    #[parameter(default = 0.1, range = 0.0..1.0, exclusive_minimum)]
    pub alpha: f64,
    /// How far beyond the outermost bins, in bins, a value still counts as in them.
    #[parameter(default = 0.5, range = 0.0..1.0, exclusive_minimum)]
    pub tol: f64,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Hbos;

    const ABOUT: About = About {
        name: "hbos",
        version: "1.0.0",
        summary: "Histogram-based outlier score: sums, over the columns, how empty a value's bin \
                  is.",
        reference: "M. Goldstein, A. Dengel: Histogram-based Outlier Score (HBOS): A fast \
                    Unsupervised Anomaly Detection Algorithm. KI 2012, Poster and Demo Track",
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Hbos>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect, explainer);
