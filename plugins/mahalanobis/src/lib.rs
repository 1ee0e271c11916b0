//! Mahalanobis: how far a row is from the mean, where the columns' correlations are allowed for.
//!
//! Steps, papers, parameters, cost and failures: `README.md` beside this crate.

mod fit;
mod model;

pub use model::Mahalanobis;
use pynomaly_sdk::prelude::*;

/// The detector.
pub struct Detect;

/// Its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Options {
    /// What is measured along the principal axes.
    #[parameter(default = Method::Mahalanobis)]
    pub method: Method,
}

/// What is measured along the principal axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The squared Mahalanobis distance from the mean.
    Mahalanobis,
    /// The score of PyOD's PCA: distances from the tips of the axes, weighted by how little the
    /// rows vary along them.
    PyodPca,
}

impl Detector for Detect {
    type Parameters = Options;
    type Model = Mahalanobis;

    const ABOUT: About = About {
        name: "mahalanobis",
        version: "1.0.0",
        summary: "Squared Mahalanobis distance along the principal axes; constant and redundant \
                  columns do no harm.",
        reference: "P. C. Mahalanobis: On the generalised distance in statistics. Proceedings of \
                    the National Institute of Sciences of India 2(1), 1936",
        minimum_rows: 2,
        extra: &[("auc-floor", "0.9")],
        ..About::TABULAR
    };

    fn fit(
        training: &Matrix<'_>,
        options: Options,
        _seed: u64,
    ) -> Result<Fitted<Mahalanobis>, Error> {
        fit::fit(training, options)
    }
}

pynomaly_sdk::export!(Detect, explainer);
