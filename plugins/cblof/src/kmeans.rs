//! k-means: centres that are the means of the rows nearest to them.

use crate::clusters::Centers;
use crate::nearest::Nearest;
use pynomaly_sdk::random::Random;
use pynomaly_sdk::{Matrix, kernels};

/// Rounds of moving the centres.
const ROUNDS_MAX: usize = 300;
/// Centres that move less, in parts of the columns' mean variance, stand still.
const TOLERANCE: f64 = 1e-4;

/// Centres of up to `count` clusters: k-means++ (D. Arthur and S. Vassilvitskii, SODA 2007), then
/// Lloyd's rounds.
pub(crate) fn centers(training: &Matrix<'_>, count: usize, random: &mut Random) -> Centers {
    let mut centers = first_centers(training, count, random);
    let still = TOLERANCE * mean_variance(training);
    let mut nearest = Nearest::new(training.rows(), &centers);
    for _ in 0..ROUNDS_MAX {
        let moved = means(training, &centers, &mut nearest);
        let step = square_distance(moved.values(), centers.values());
        nearest.follow(moved.distances_to(&centers));
        centers = moved;
        // A NaN, too, is a reason to end.
        if step.is_nan() || step <= still {
            break;
        }
    }
    centers
}

/// The first centre is any row; each further one a row drawn in proportion to its squared distance
/// from the nearest centre: of a few draws the one that leaves the least sum of these.
fn first_centers(training: &Matrix<'_>, count: usize, random: &mut Random) -> Centers {
    let row = |place: usize| training.iter_rows().nth(place).unwrap_or_default();
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

/// The means of the rows nearest to each centre; a centre that no row is nearest to stays.
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn means(training: &Matrix<'_>, centers: &Centers, nearest: &mut Nearest) -> Centers {
    let columns = training.columns();
    let mut sums = vec![0.0; centers.values().len()];
    let mut counts = vec![0_usize; centers.count()];
    nearest.visit(training, centers, |place, row| {
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        let start = place * columns;
        add(sums.get_mut(start..start + columns).unwrap_or_default(), row);
    });
    let clusters = sums.chunks_exact_mut(columns).zip(centers.values().chunks_exact(columns));
    for ((sums, center), count) in clusters.zip(counts) {
        if count == 0 {
            sums.copy_from_slice(center);
        } else {
            sums.iter_mut().for_each(|sum| *sum /= count as f64);
        }
    }
    Centers::new(columns, sums)
}

/// Adds `row` to as many sums, four to a run of instructions.
fn add(sums: &mut [f64], row: &[f64]) {
    let ((fours, rest), (of_fours, of_rest)) = (sums.as_chunks_mut::<4>(), row.as_chunks::<4>());
    for (sums, values) in fours.iter_mut().zip(of_fours) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    rest.iter_mut().zip(of_rest).for_each(|(sum, value)| *sum += value);
}

#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn mean_variance(training: &Matrix<'_>) -> f64 {
    let rows = training.rows() as f64;
    let variance = |column: usize| {
        let mean = training.column(column).fold(0.0, |sum, value| sum + value) / rows;
        let square = |value: f64| (value - mean) * (value - mean);
        training.column(column).fold(0.0, |sum, value| sum + square(value)) / rows
    };
    let sum = (0..training.columns()).map(variance).fold(0.0, |sum, it| sum + it);
    sum / training.columns() as f64
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
            let centers = centers(&Matrix::new(2, &values), 3, &mut Random::new(seed));
            let mut firsts: Vec<f64> = centers.values().iter().copied().step_by(2).collect();
            firsts.sort_by(f64::total_cmp);
            assert_eq!(firsts, [0.0, 10.0, 20.0]);
        }
    }

    #[test]
    fn there_are_no_more_centers_than_distinct_rows() {
        let values = [1.0, 1.0, 2.0, 2.0, 1.0];
        assert_eq!(centers(&Matrix::new(1, &values), 8, &mut Random::new(7)).count(), 2);
    }

    #[test]
    fn draws_end_at_a_row_that_is_far() {
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 0.0), 1);
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 1.0), 3);
        assert_eq!(drawn(&[0.0, 1.0, 0.0, 2.0, 0.0], 3.0), 3);
    }
}
