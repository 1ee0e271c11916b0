//! Matrix profile: how far a window is from the training window most like it.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod band;
mod fit;
mod join;
mod model;
mod windows;

pub use model::MatrixProfile;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct Options {
    /// Moments of a window: about as long as an anomaly, or as a season.
    #[parameter(default = 32, range = 4..=4096)]
    pub window_size: u32,
}

impl Options {
    /// Windows that begin at most this much earlier or later share too much with a window to be
    /// compared with it: a quarter of their length, rounded up.
    pub(crate) fn exclusion(self) -> usize {
        self.window_size.div_ceil(4) as usize
    }

    /// The least number of training moments: every window has another to be compared with.
    pub(crate) fn rows_min(self) -> usize {
        self.window_size as usize + 2 * self.exclusion() + 1
    }
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = MatrixProfile;

    const ABOUT: About = About {
        name: "matrix_profile",
        version: "1.0.0",
        summary: "Distance of the window that ends with a moment from its nearest neighbour \
                  among the training windows, each brought to mean 0 and deviation 1.",
        reference: "C.-C. M. Yeh, Y. Zhu, L. Ulanova, N. Begum, Y. Ding, H. A. Dau, D. F. Silva, \
                    A. Mueen, E. Keogh: Matrix Profile I: All Pairs Similarity Joins for Time \
                    Series. ICDM 2016. doi:10.1109/ICDM.2016.0179",
        task: Task::TimeSeries,
        minimum_rows: 7,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(
        training: &Matrix<'_>,
        options: Options,
        _seed: u64,
    ) -> Result<Fitted<MatrixProfile>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect);
