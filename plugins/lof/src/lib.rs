//! LOF: how much thinner the rows lie around a row than around its neighbours.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod density;
mod fit;
mod model;

pub use model::Lof;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters, under PyOD's names.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// How many neighbours a row is compared with; all others where there are fewer.
    #[parameter(default = 20, range = 1..=1000)]
    pub n_neighbors: u32,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Lof;

    const ABOUT: About = About {
        name: "lof",
        version: "1.0.0",
        summary: "Local outlier factor: how many times denser the neighbourhoods of a row's \
                  nearest rows are than its own.",
        reference: "M. M. Breunig, H.-P. Kriegel, R. T. Ng, J. Sander: LOF: Identifying \
                    Density-Based Local Outliers. SIGMOD 2000. doi:10.1145/342009.335388",
        minimum_rows: 2,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Lof>, Error> {
        Ok(fit::fit(training, options))
    }
}

pynomaly_sdk::export!(Detect);
