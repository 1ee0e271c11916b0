//! Learning: draw the samples.

use crate::Options;
use crate::balls::Balls;
use crate::model::Inne;
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::random::Random;

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
    seed: u64,
) -> Result<Fitted<Inne>, Error> {
    let mut random = Random::new(seed);
    let mut rows: Vec<&[f64]> = training.iter_rows().collect();
    let sample = rows.len().min(options.max_samples as usize);
    let mut centers = Vec::new();
    for _ in 0..options.n_estimators {
        random.draw_to_front(&mut rows, sample);
        centers.extend(rows.iter().take(sample).flat_map(|row| row.iter().copied()));
    }
    let model = Inne::new(Balls::new(training.columns(), sample, centers));
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}
