//! STL: what season and trend do not explain.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod decompose;
mod fit;
mod loess;
mod model;
mod period;

pub use decompose::{Decomposition, Spans, decompose};
pub use model::Stl;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under the names of statsmodels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct Options {
    /// Moments of a season. If absent, the lag at which the series is most like itself.
    #[parameter(range = 2..=10_000)]
    pub period: Option<u32>,
    /// How many seasons the season's shape is smoothed over; odd.
    #[parameter(default = 7, range = 3..=999)]
    pub seasonal: u32,
    /// How many moments the trend is smoothed over; odd, and more than a season has. If absent, the
    /// paper's 1.5 seasons, a bit more for a small `seasonal`.
    #[parameter(range = 3..=99_999)]
    pub trend: Option<u32>,
    /// Whether moments that fit badly count less, so that anomalies spoil neither season nor trend.
    #[parameter(default = true)]
    pub robust: bool,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Stl;

    const ABOUT: About = About {
        name: "stl",
        version: "1.0.0",
        summary: "Seasonal-trend decomposition by loess: how far a moment lies from its season \
                  and the trend.",
        reference: "R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning: STL: A \
                    Seasonal-Trend Decomposition Procedure Based on Loess. Journal of Official \
                    Statistics 6(1), 1990",
        task: Task::TimeSeries,
        minimum_rows: 4,
        extra: &[("auc-floor", "0.95")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Stl>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect);
