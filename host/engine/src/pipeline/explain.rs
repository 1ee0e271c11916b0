//! Reasons: by the detector's own account where it has one, else by asking it for scores.

use super::fitted::FittedPipeline;
use crate::error::DetectError;
use crate::spending::Spending;
use pynomaly_core::Matrix;
use pynomaly_core::explain::{Contributions, Method, shapley};

/// Contributions of the columns of `data` to `scores`.
///
/// A detector that compares rows with rows leaves a training row itself out of its training
/// score. The model then scores the same row otherwise, and it is the model that is asked: the
/// difference is shared out by [`Contributions::add`].
pub(super) fn contributions(
    pipeline: &FittedPipeline,
    data: &Matrix,
    scores: &[f64],
    spending: &mut Spending,
) -> Result<Contributions, DetectError> {
    let (model, learnt) = (&pipeline.model, &pipeline.learnt);
    let ready = learnt.preprocessor.transform(data)?;
    let own = spending.call(|left| model.explain(&ready, left), |(_, fuel)| *fuel)?;
    if let (Some(mut contributions), _) = own {
        if contributions.method == Method::Exact {
            let model = spending.call(|left| model.score(&ready, left), |it| it.fuel_used)?;
            let pairs = scores.iter().zip(&model.scores);
            contributions.add(pairs.map(|(score, model)| score - model));
        }
        return Ok(contributions);
    }
    // A column without values has no median; only detectors that take missing values come here.
    let medians = learnt.medians.iter().map(|median| median.unwrap_or(f64::NAN));
    let background =
        Matrix::new(data.columns(), medians.collect()).map_err(|_| DetectError::NoMedians)?;
    let background = learnt.preprocessor.transform(&background)?;
    let mut score = |rows: &Matrix| {
        let scored = spending.call(|left| model.score(rows, left), |it| it.fuel_used);
        scored.map(|scored| scored.scores)
    };
    let model_scores = score(&ready)?;
    let values = shapley(&ready, &model_scores, background.values(), pipeline.seed, score)?;
    let mut contributions =
        Contributions { method: Method::Shapley, columns: data.columns(), values };
    contributions.add(scores.iter().zip(&model_scores).map(|(score, model)| score - model));
    Ok(contributions)
}
