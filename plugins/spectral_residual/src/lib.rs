//! Spectral residual: what of a window the smooth part of its spectrum does not explain.
//!
//! Steps, paper, parameters, cost and failures: `README.md` beside this crate.

mod fft;
mod fit;
mod model;
mod saliency;

pub use model::SpectralResidual;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct Options {
    /// Moments of a window, a power of 2; the last 5 of them are estimated. Training needs 5
    /// fewer.
    #[parameter(default = 64, range = 16..=4096)]
    pub window_size: u32,
    /// Neighbouring frequencies, an odd number, whose logarithmic amplitudes are averaged.
    #[parameter(default = 3, range = 3..=15)]
    pub amplitude_window: u32,
    /// Moments before, whose mean saliency a moment's is held against.
    #[parameter(default = 21, range = 1..=4096)]
    pub score_window: u32,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = SpectralResidual;

    const ABOUT: About = About {
        name: "spectral_residual",
        version: "1.0.0",
        summary: "Saliency of a moment in its window, once the smooth part of the window's \
                  spectrum is taken out.",
        reference: "H. Ren, B. Xu, Y. Wang, C. Yi, C. Huang, X. Kou, T. Xing, M. Yang, J. Tong, \
                    Q. Zhang: Time-Series Anomaly Detection Service at Microsoft. KDD 2019. \
                    doi:10.1145/3292500.3330680",
        task: Task::TimeSeries,
        minimum_rows: 11,
        extra: &[("auc-floor", "0.95")],
        ..About::TABULAR
    };

    fn fit(
        training: &Matrix<'_>,
        options: Options,
        _seed: u64,
    ) -> Result<Fitted<SpectralResidual>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect);
