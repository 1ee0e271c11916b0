//! The sum of the Gaussians.

use pynomaly_sdk::kernels::{self, LANES};
use pynomaly_sdk::math;

/// Gaussians that are so many powers of e less than the nearest row's, and less by the number of
/// rows, add up to less than its rounding: they are left out.
const EXPONENT_MAX: f64 = 40.0;

/// Training rows, [`LANES`] together.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: usize,
    /// Column after column; the last block is filled up with infinitely distant rows.
    blocks: Vec<[f64; LANES]>,
    exponent_max: f64,
}

impl Rows {
    /// Of at least one column.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn new(columns: usize, values: &[f64]) -> Self {
        let blocks = kernels::blocks(columns, values, f64::INFINITY);
        let exponent_max = EXPONENT_MAX + math::log((values.len() / columns.max(1)) as f64);
        Self { columns, blocks, exponent_max }
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
        let least = distances.iter().fold([f64::INFINITY; LANES], lesser);
        let least = least.into_iter().fold(f64::INFINITY, f64::min);
        let bound = least + self.exponent_max * 2.0 * bandwidth * bandwidth;
        let mut sums = [0.0; LANES];
        for distances in distances.iter().filter(|it| kernels::any_below(it, bound)) {
            let exponents =
                distances.map(|distance| (least - distance) / bandwidth / bandwidth / 2.0);
            for (sum, gaussian) in sums.iter_mut().zip(math::exps_below_1(exponents)) {
                *sum += gaussian;
            }
        }
        math::log(kernels::sum(&sums)) - least / bandwidth / bandwidth / 2.0
    }
}

fn lesser(mut least: [f64; LANES], distances: &[f64; LANES]) -> [f64; LANES] {
    for (least, distance) in least.iter_mut().zip(distances) {
        *least = if *distance < *least { *distance } else { *least };
    }
    least
}
