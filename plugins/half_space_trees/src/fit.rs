//! Learning: the first window is scored against itself, the rest is a stream.

use crate::Options;
use crate::model::HalfSpaceTrees;
use crate::space::Extent;
use pynomaly_sdk::prelude::*;

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
    seed: u64,
) -> Result<Fitted<HalfSpaceTrees>, Error> {
    let columns = training.columns();
    let extents = (0..columns).map(|column| Extent::of(training.column(column))).collect();
    let window = (options.window_size as usize).saturating_mul(columns);
    let first = training.values().get(..window).unwrap_or(training.values());
    let rest = training.values().get(first.len()..).unwrap_or_default();
    let mut model = HalfSpaceTrees::new(options, seed, extents, first);
    let mut training_scores = model.score(&Matrix::new(columns, first))?;
    training_scores.extend(model.update(&Matrix::new(columns, rest))?);
    Ok(Fitted { model, training_scores })
}
