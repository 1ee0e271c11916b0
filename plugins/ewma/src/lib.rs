//! EWMA: how far a moment lies from the exponentially weighted mean of those before it.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;
mod moments;

pub use model::Ewma;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// The weight of the newest moment in mean and variance; those before it weigh 1 - alpha of
    /// what they did.
    #[parameter(default = 0.1, range = 0.0..=1.0, exclusive_minimum)]
    pub alpha: f64,
    /// Moments that are learnt and score 0 before scoring begins.
    #[parameter(default = 10, range = 2..=1_000_000)]
    pub warm_up: u32,
    /// What the columns' deviations become: the largest, or their sum.
    #[parameter(default = Method::Largest)]
    pub method: Method,
}

/// What the columns' deviations become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The largest of them.
    Largest,
    /// Their sum.
    Sum,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Ewma;

    const ABOUT: About = About {
        name: "ewma",
        version: "1.0.0",
        summary: "Standardised deviation from the exponentially weighted mean of the moments \
                  before. Learns from a stream.",
        reference: "S. W. Roberts: Control Chart Tests Based on Geometric Moving Averages. \
                    Technometrics 1(3), 1959. doi:10.1080/00401706.1959.10489860",
        task: Task::TimeSeries,
        extra: &[("auc-floor", "0.95")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Ewma>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect, learner);
