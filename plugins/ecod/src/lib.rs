//! ECOD: how far out in the tails of each column a row lies.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;
mod skewness;

pub use model::Ecod;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

impl Detector for Detect {
    type Parameters = ();
    type Model = Ecod;

    const ABOUT: About = About {
        name: "ecod",
        version: "1.0.0",
        summary: "Empirical cumulative distribution: sums, over the columns, how rare a value as \
                  extreme is. No parameters.",
        reference: "Z. Li, Y. Zhao, X. Hu, N. Botta, C. Ionescu, G. Chen: ECOD: Unsupervised \
                    Outlier Detection Using Empirical Cumulative Distribution Functions. IEEE \
                    TKDE 35(12), 2023. doi:10.1109/TKDE.2022.3159580",
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, (): (), _seed: u64) -> Result<Fitted<Ecod>, Error> {
        Ok(fit::fit(training))
    }
}

pynomaly_sdk::export!(Detect);
