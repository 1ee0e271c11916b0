//! Balls around sampled rows.

use pynomaly_sdk::kernels::{self, LANES};

/// Keeps ratios of radii of 0 from being 0 / 0, as PyOD does.
const NOT_ZERO: f64 = f64::EPSILON;

/// The balls of all samples, in order: around each sampled row one that reaches to the nearest
/// other row of its sample.
#[derive(Debug)]
pub(crate) struct Balls {
    columns: usize,
    /// Rows in a sample.
    pub(crate) sample: usize,
    /// Their centres, one after the other.
    pub(crate) centers: Vec<f64>,
    /// Their squared radii.
    radii: Vec<f64>,
    /// 1 - (squared radius of the ball around the nearest other row) / (own).
    ratios: Vec<f64>,
    /// The centres, [`LANES`] together, column after column; the last block is filled up.
    blocks: Vec<[f64; LANES]>,
}

impl Balls {
    /// Of samples of at least two rows, of at least one column each.
    pub(crate) fn new(columns: usize, sample: usize, centers: Vec<f64>) -> Self {
        let (mut radii, mut ratios) = (Vec::new(), Vec::new());
        for rows in centers.chunks_exact(sample * columns) {
            let nearest: Vec<_> =
                (0..sample).map(|row| nearest_other(row, rows, columns)).collect();
            radii.extend(nearest.iter().map(|(radius, _)| *radius));
            let of_nearest = nearest.iter().map(|(radius, other)| {
                let inner = nearest.get(*other).map_or(0.0, |(inner, _)| *inner);
                ratio(inner, *radius)
            });
            ratios.extend(of_nearest);
        }
        let blocks = kernels::blocks(columns, &centers, f64::INFINITY);
        Self { columns, sample, centers, radii, ratios, blocks }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// The mean over the samples of the ratio of the smallest ball that holds `row`; 1 where none
    /// does. `distances` is scratch space.
    #[expect(clippy::cast_precision_loss, reason = "a number of samples")]
    pub(crate) fn isolation(&self, row: &[f64], distances: &mut Vec<f64>) -> f64 {
        distances.clear();
        for block in self.blocks.chunks_exact(self.columns) {
            distances.extend(kernels::squared_distances(row, block));
        }
        let balls = distances.chunks_exact(self.sample).zip(self.radii.chunks_exact(self.sample));
        let samples = balls.zip(self.ratios.chunks_exact(self.sample));
        let sum = samples.fold(0.0, |sum, ((distances, radii), ratios)| {
            sum + smallest_around(distances, radii, ratios)
        });
        sum / (self.radii.len() / self.sample) as f64
    }
}

/// The ratio of the smallest ball that holds the row; of equally small ones the first.
#[inline]
fn smallest_around(distances: &[f64], radii: &[f64], ratios: &[f64]) -> f64 {
    let mut smallest = (f64::INFINITY, 1.0);
    for ((distance, radius), ratio) in distances.iter().zip(radii).zip(ratios) {
        let is_smaller = (distance <= radius) & (*radius < smallest.0);
        smallest = if is_smaller { (*radius, *ratio) } else { smallest };
    }
    smallest.1
}

/// The least squared distance from a row to another, and which that is; the first if several are.
fn nearest_other(row: usize, rows: &[f64], columns: usize) -> (f64, usize) {
    let here = rows.chunks_exact(columns).nth(row).unwrap_or_default();
    let others = rows.chunks_exact(columns).enumerate().filter(|(other, _)| *other != row);
    let distance =
        |there: &[f64]| here.iter().zip(there).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b));
    let distances = others.map(|(other, there)| (distance(there), other));
    distances.reduce(|best, next| if next.0 < best.0 { next } else { best }).unwrap_or_default()
}

/// 0 where the distances are too great to be squared.
fn ratio(inner: f64, outer: f64) -> f64 {
    let ratio = 1.0 - (inner + NOT_ZERO) / (outer + NOT_ZERO);
    if ratio.is_nan() { 0.0 } else { ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balls_reach_to_the_nearest_other_row() {
        let balls = Balls::new(1, 3, vec![0.0, 1.0, 4.0]);
        assert_eq!(balls.radii, [1.0, 1.0, 9.0]);
        assert_eq!(&balls.ratios[..2], [0.0, 0.0]);
        assert!((balls.ratios[2] - 8.0 / 9.0).abs() < 1e-15);
        let mut scratch = Vec::new();
        let mut isolation = |value| balls.isolation(&[value], &mut scratch);
        assert_eq!([isolation(0.5), isolation(-3.0)], [0.0, 1.0]);
        assert_eq!(isolation(5.0), balls.ratios[2]);
    }

    #[test]
    fn equal_rows_isolate_nothing_but_what_is_elsewhere() {
        let balls = Balls::new(2, 2, vec![1.0; 8]);
        let mut scratch = Vec::new();
        assert_eq!(balls.isolation(&[1.0, 1.0], &mut scratch), 0.0);
        assert_eq!(balls.isolation(&[1.0, 1.5], &mut scratch), 1.0);
    }
}
