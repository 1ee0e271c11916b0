//! Learning: form clusters, and tell the large from the small.

use crate::clusters::large;
use crate::model::Cblof;
use crate::{Options, kmeans};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::random::Random;
use std::cmp::Reverse;

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
    seed: u64,
) -> Result<Fitted<Cblof>, Error> {
    let count = options.n_clusters as usize;
    let (centers, nearest) = kmeans::clusters(training, count, &mut Random::new(seed));
    if !centers.values().iter().all(|value| value.is_finite()) {
        return Err(Error::InvalidInput("values are too large to be averaged".to_owned()));
    }
    // The centres that any row is nearest to, the largest cluster first.
    let mut clusters: Vec<_> = centers.iter().zip(nearest.clusters()).collect();
    clusters.retain(|(_, rows)| !rows.is_empty());
    clusters.sort_by_key(|(_, rows)| Reverse(rows.len()));
    let sizes: Vec<_> = clusters.iter().map(|(_, rows)| rows.len()).collect();
    let large = large(&sizes, options.alpha, options.beta);
    let centers = clusters.iter().flat_map(|(center, _)| center.iter().copied()).collect();
    let model = Cblof::new(training.columns(), centers, sizes, large, options.use_weights);
    let mut training_scores = vec![0.0; training.rows()];
    for (place, (_, rows)) in clusters.iter().enumerate() {
        for row in *rows {
            let score = model.score_member(training.row(*row as usize).unwrap_or_default(), place);
            training_scores.iter_mut().skip(*row as usize).take(1).for_each(|it| *it = score);
        }
    }
    Ok(Fitted { model, training_scores })
}
