//! The sum of the Gaussians.

use pynomaly_sdk::kernels::{self, LANES};
use pynomaly_sdk::math;
use pynomaly_sdk::neighbors::{Nearest, Tree};

/// Gaussians that are so many powers of e less than the nearest row's, and less by the number of
/// rows, add up to less than its rounding: they are left out.
const EXPONENT_MAX: f64 = 40.0;

/// Training rows.
#[derive(Debug)]
pub(crate) struct Rows {
    tree: Tree,
    exponent_max: f64,
}

impl Rows {
    /// Of at least one column.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn new(columns: usize, values: &[f64]) -> Self {
        let exponent_max = EXPONENT_MAX + math::log((values.len() / columns.max(1)) as f64);
        Self { tree: Tree::new(columns, values), exponent_max }
    }

    /// The logarithm of Σ exp(-distance² / (2 · bandwidth²)) over all rows. The nearest row's
    /// exponent is taken out of the sum, so that it is finite however far away all rows are.
    pub(crate) fn log_sum(&self, row: &[f64], bandwidth: f64) -> f64 {
        let mut nearest = Nearest::new(1);
        self.tree.search(row, &mut nearest);
        let least = nearest.distances().first().copied().unwrap_or(f64::INFINITY);
        let bound = least + self.exponent_max * 2.0 * bandwidth * bandwidth;
        let mut sums = [0.0; LANES];
        self.tree.each_within(row, bound, |distances| {
            if kernels::any_below(distances, bound) {
                let exponents =
                    distances.map(|distance| (least - distance) / bandwidth / bandwidth / 2.0);
                for (sum, gaussian) in sums.iter_mut().zip(math::exps_below_1(exponents)) {
                    *sum += gaussian;
                }
            }
        });
        math::log(kernels::sum(&sums)) - least / bandwidth / bandwidth / 2.0
    }
}
