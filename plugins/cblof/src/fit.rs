//! Learning: form clusters, and tell the large from the small.

use crate::clusters::{Centers, large};
use crate::model::Cblof;
use crate::{Options, kmeans};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::random::Random;

pub(crate) fn fit(
    training: &Matrix<'_>,
    options: Options,
    seed: u64,
) -> Result<Fitted<Cblof>, Error> {
    let centers = kmeans::centers(training, options.n_clusters as usize, &mut Random::new(seed));
    if !centers.values().iter().all(|value| value.is_finite()) {
        return Err(Error::InvalidInput("values are too large to be averaged".to_owned()));
    }
    let (centers, sizes) = by_size(training, &centers);
    let large = large(&sizes, options.alpha, options.beta);
    let model = Cblof::new(training.columns(), centers, sizes, large, options.use_weights);
    let training_scores = model.score(training)?;
    Ok(Fitted { model, training_scores })
}

/// The centres that any row is nearest to, with the numbers of these rows, the largest first.
fn by_size(training: &Matrix<'_>, centers: &Centers) -> (Vec<f64>, Vec<usize>) {
    let mut sizes = vec![0; centers.count()];
    for row in training.iter_rows() {
        sizes.iter_mut().skip(centers.nearest(row)).take(1).for_each(|size| *size += 1);
    }
    let centers = centers.values().chunks_exact(training.columns());
    let mut clusters: Vec<_> = centers.zip(sizes).filter(|(_, size)| *size > 0).collect();
    clusters.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let sizes = clusters.iter().map(|(_, size)| *size).collect();
    (clusters.iter().flat_map(|(center, _)| center.iter().copied()).collect(), sizes)
}
