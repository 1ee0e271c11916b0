//! ECOD and COPOD: how far out in the tails of each column a row lies.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;
mod skewness;

pub use model::Ecod;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// Which of both tails of a column count: the rarer one, or rather the longer one.
    #[parameter(default = Method::Ecod)]
    pub method: Method,
}

/// What becomes of the two tails of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The rarer one counts.
    Ecod,
    /// That on the side of the column's skewness counts, or the mean of both if it is greater.
    Copod,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Ecod;

    const ABOUT: About = About {
        name: "ecod",
        version: "1.1.0",
        summary: "Empirical cumulative distribution: sums, over the columns, how rare a value as \
                  extreme is.",
        reference: "Z. Li, Y. Zhao, X. Hu, N. Botta, C. Ionescu, G. Chen: ECOD: Unsupervised \
                    Outlier Detection Using Empirical Cumulative Distribution Functions. IEEE \
                    TKDE 35(12), 2023. doi:10.1109/TKDE.2022.3159580",
        state_version: 2,
        extra: &[("auc-floor", "0.9"), ("scale-invariant", "true")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Ecod>, Error> {
        Ok(fit::fit(training, options.method))
    }
}

pynomaly_sdk::export!(Detect, explainer);
