//! k-means: centres that are the means of the rows nearest to them.

use crate::clusters::Centers;
use crate::nearest::{Nearest, shift};
use pynomaly_sdk::random::Random;
use pynomaly_sdk::{Matrix, kernels};

/// Rounds of moving the centres, on the sample and on all rows.
const ROUNDS_MAX: usize = 300;
/// Centres that a round moves less, in parts of the columns' mean variance, stand still: the
/// squares of all moves together.
const TOLERANCE: f64 = 1e-4;
/// The same of so many rows that a sample goes first: a third of the way.
const TOLERANCE_OF_MANY: f64 = 1e-3;
/// How much of its last move a centre goes on by.
const MOMENTUM: f64 = 0.7;
/// Of more rows than twice as many, so many find the centres that all rows begin with.
const SAMPLE_ROWS: usize = 20_000;

/// Up to `count` clusters: k-means++ (D. Arthur and S. Vassilvitskii, SODA 2007), then rounds until
/// the centres stand still. Of many rows a sample goes first: what it ends with is where all begin
/// (P. S. Bradley and U. M. Fayyad: Refining initial points for k-means clustering, ICML 1998).
pub(crate) fn clusters<'a>(
    training: &Matrix<'a>,
    count: usize,
    random: &mut Random,
) -> (Centers, Nearest<'a>) {
    if training.rows() <= 2 * SAMPLE_ROWS {
        return settle(training, first_centers(training, count, random), TOLERANCE);
    }
    let values = sample(training, random);
    let sample = Matrix::new(training.columns(), &values);
    let first = first_centers(&sample, count, random);
    let (centers, _) = settle(&sample, first, TOLERANCE_OF_MANY);
    settle(training, centers, TOLERANCE_OF_MANY)
}

/// Values of [`SAMPLE_ROWS`] rows, in their order.
fn sample(training: &Matrix<'_>, random: &mut Random) -> Vec<f64> {
    let mut places: Vec<usize> = (0..training.rows()).collect();
    random.draw_to_front(&mut places, SAMPLE_ROWS);
    places.truncate(SAMPLE_ROWS);
    places.sort_unstable();
    let row = |place: &usize| training.row(*place).unwrap_or_default();
    places.iter().flat_map(row).copied().collect()
}

/// Lloyd's rounds until one moves the centres no more. Each centre goes on by a part of its move
/// (B. T. Polyak, 1964), as far as the centres at rest are the same without: at the means of the
/// rows nearest to them.
fn settle<'a>(training: &Matrix<'a>, first: Centers, tolerance: f64) -> (Centers, Nearest<'a>) {
    let still = tolerance * mean_variance(training);
    let mut nearest = Nearest::new(*training, first.count());
    let (mut centers, mut last) = (first, None);
    for _ in 0..ROUNDS_MAX {
        nearest.update(&centers);
        let means = nearest.means(&centers);
        let step = square_distance(means.values(), centers.values());
        // A NaN, too, is a reason to end.
        if step.is_nan() || step <= still {
            break;
        }
        let next = last.map_or_else(|| means.clone(), |last| beyond(&last, &means));
        nearest.follow(next.distances_to(&centers));
        (centers, last) = (next, Some(means));
    }
    nearest.add_up();
    let means = nearest.means(&centers);
    nearest.follow(means.distances_to(&centers));
    nearest.update(&means);
    (means, nearest)
}

/// As far beyond `to`, on the way from `from`, as the momentum carries.
fn beyond(from: &Centers, to: &Centers) -> Centers {
    let both = to.values().iter().zip(from.values());
    to.with(both.map(|(to, from)| to + MOMENTUM * (to - from)).collect())
}

/// The first centre is any row; each further one a row drawn in proportion to its squared distance
/// from the nearest centre: of a few draws the one that leaves the least sum of these.
fn first_centers(training: &Matrix<'_>, count: usize, random: &mut Random) -> Centers {
    let row = |place: usize| training.row(place).unwrap_or_default();
    let mut chosen = row(random.below(training.rows())).to_vec();
    let blocks = kernels::blocks(training.columns(), training.values(), 0.0);
    let mut distances = vec![f64::INFINITY; training.rows()];
    shorten(&mut distances, &blocks, &chosen);
    let draws = 2 + count.ilog2() as usize * 7 / 10;
    for _ in 1..count {
        let total = sum(&distances);
        if total.is_nan() || total <= 0.0 {
            break;
        }
        let tries = (0..draws).map(|_| {
            let candidate = row(drawn(&distances, random.unit() * total));
            let mut shorter = distances.clone();
            shorten(&mut shorter, &blocks, candidate);
            (sum(&shorter), candidate, shorter)
        });
        if let Some((_, candidate, shorter)) = tries.min_by(|a, b| a.0.total_cmp(&b.0)) {
            chosen.extend(candidate);
            distances = shorter;
        }
    }
    Centers::new(training.columns(), chosen)
}

/// The first row at which the distances so far add up to more than `point`.
fn drawn(distances: &[f64], point: f64) -> usize {
    let mut sum = 0.0;
    let mut passed = distances.iter().map(|distance| {
        sum += distance;
        sum
    });
    let last = distances.iter().rposition(|distance| *distance > 0.0);
    passed.position(|sum| sum > point).or(last).unwrap_or_default()
}

/// Makes of each row's squared distance that to `center`, if it is less.
fn shorten(distances: &mut [f64], blocks: &kernels::Block, center: &[f64]) {
    let blocks = blocks.chunks_exact(center.len());
    for (distances, block) in distances.chunks_mut(kernels::LANES).zip(blocks) {
        let to_center = kernels::squared_distances(center, block);
        for (distance, other) in distances.iter_mut().zip(to_center) {
            *distance = if other < *distance { other } else { *distance };
        }
    }
}

/// Of the columns, row after row.
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn mean_variance(training: &Matrix<'_>) -> f64 {
    let rows = training.rows() as f64;
    let mut means = vec![0.0; training.columns()];
    training.iter_rows().for_each(|row| shift(&mut means, row, 1.0));
    means.iter_mut().for_each(|mean| *mean /= rows);
    let sum = training.iter_rows().fold(0.0, |sum, row| sum + square_distance(row, &means));
    sum / rows / training.columns() as f64
}

fn square_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}

fn sum(values: &[f64]) -> f64 {
    pynomaly_sdk::kernels::sum(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_clusters_are_found() {
        let values: Vec<f64> =
            (0..60).flat_map(|it| [f64::from(it % 3) * 10.0, f64::from(it % 5) * 0.1]).collect();
        for seed in 0..20 {
            let (centers, _) = clusters(&Matrix::new(2, &values), 3, &mut Random::new(seed));
            let mut firsts: Vec<f64> = centers.values().iter().copied().step_by(2).collect();
            firsts.sort_by(f64::total_cmp);
            assert_eq!(firsts, [0.0, 10.0, 20.0]);
        }
    }

    #[test]
    fn there_are_no_more_centers_than_distinct_rows() {
        let values = [1.0, 1.0, 2.0, 2.0, 1.0];
        let (centers, _) = clusters(&Matrix::new(1, &values), 8, &mut Random::new(7));
        assert_eq!(centers.count(), 2);
    }

    #[test]
    fn draws_end_at_a_row_that_is_far() {
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 0.0), 1);
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 1.0), 3);
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 3.0), 3);
    }
}
