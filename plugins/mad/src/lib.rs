//! MAD: how far a row's values are from their columns' medians, in robust deviations.
//!
//! Steps, source, parameters, cost and failures: `README.md` beside this crate.

mod center;
mod fit;
mod model;

pub use model::Mad;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// The most, in robust standard deviations, that one column adds to a score.
    #[parameter(default = 10.0, range = 1.0..=1_000_000.0)]
    pub cap: f64,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Mad;

    const ABOUT: About = About {
        name: "mad",
        version: "1.0.0",
        summary: "Robust z-scores, by median and median absolute deviation, summed over the \
                  columns.",
        reference: "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC Quality \
                    Press, 1993",
        extra: &[("auc-floor", "0.9"), ("scale-invariant", "true")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Mad>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect, explainer);
