//! INNE: how much larger the balls around a row are than those around its nearest sampled rows.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod balls;
mod fit;
mod model;

pub use model::Inne;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// How many samples are drawn.
    #[parameter(default = 200, range = 1..=10_000)]
    pub n_estimators: u32,
    /// Rows in a sample; all of them where there are fewer.
    #[parameter(default = 8, range = 2..=1024)]
    pub max_samples: u32,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Inne;

    const ABOUT: About = About {
        name: "inne",
        version: "1.0.0",
        summary: "Isolation using nearest-neighbour ensembles: how isolated the sampled rows \
                  nearest to a row are, compared with theirs.",
        reference: "T. R. Bandaragoda, K. M. Ting, D. Albrecht, F. T. Liu, Y. Zhu, J. R. Wells: \
                    Isolation-based anomaly detection using nearest-neighbor ensembles. \
                    Computational Intelligence 34(4), 2018. doi:10.1111/coin.12156",
        minimum_rows: 2,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, seed: u64) -> Result<Fitted<Inne>, Error> {
        fit::fit(training, options, seed)
    }
}

pynomaly_sdk::export!(Detect);
