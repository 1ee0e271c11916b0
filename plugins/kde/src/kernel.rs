//! The sum of the Gaussians.

use pynomaly_sdk::kernels::{self, LANES};
use pynomaly_sdk::math;

/// An exponential of less than its negative is 0 in floating point.
const EXPONENT_MAX: f64 = 746.0;

/// Training rows, [`LANES`] together.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: usize,
    /// Column after column; the last block is filled up with infinitely distant rows.
    blocks: Vec<[f64; LANES]>,
}

impl Rows {
    /// Of at least one column.
    pub(crate) fn new(columns: usize, values: &[f64]) -> Self {
        Self { columns, blocks: kernels::blocks(columns, values, f64::INFINITY) }
    }

    /// The logarithm of Σ exp(-distance² / (2 · bandwidth²)) over all rows. The nearest row's
    /// exponent is taken out of the sum, so that it is finite however far away all rows are.
    /// `distances` is scratch space.
    pub(crate) fn log_sum(
        &self,
        row: &[f64],
        bandwidth: f64,
        distances: &mut Vec<[f64; LANES]>,
    ) -> f64 {
        let blocks = self.blocks.chunks_exact(self.columns);
        distances.clear();
        distances.extend(blocks.map(|block| kernels::squared_distances(row, block)));
        let least = distances.iter().fold(f64::INFINITY, lesser);
        let exponent = |distance: f64| (distance - least) / bandwidth / bandwidth / 2.0;
        let bound = least + EXPONENT_MAX * 2.0 * bandwidth * bandwidth;
        let mut sum = 0.0;
        for distances in distances.iter().filter(|it| kernels::any_below(it, bound)) {
            for distance in distances {
                sum += math::exp(-exponent(*distance));
            }
        }
        math::log(sum) - least / bandwidth / bandwidth / 2.0
    }
}

fn lesser(least: f64, distances: &[f64; LANES]) -> f64 {
    distances.iter().fold(least, |least, it| if *it < least { *it } else { least })
}
