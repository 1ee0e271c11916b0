//! One column's middle and spread.

use pynomaly_sdk::kernels;
use pynomaly_sdk::select::median_of;

/// Median absolute deviation times this estimates a normal column's standard deviation.
const MEDIAN_TO_DEVIATION: f64 = 1.4826;
/// So does the mean absolute deviation times √(π / 2).
const MEAN_TO_DEVIATION: f64 = 1.253_314_137_315_500_3;

/// Where a column's values are, and how far apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Center {
    pub(crate) median: f64,
    /// Robust standard deviation; 0 for a constant column.
    pub(crate) deviation: f64,
}

impl Center {
    /// Of at least one value.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn of(values: &[f64]) -> Self {
        let median = median_of(values, |value| value);
        let distance = |value: f64| (value - median).abs();
        let robust = median_of(values, distance) * MEDIAN_TO_DEVIATION;
        if robust > 0.0 {
            return Self { median, deviation: robust };
        }
        // Ascending, so that the order of the rows has no part in the sum.
        let mut distances = kernels::map(values, distance);
        distances.sort_unstable_by(f64::total_cmp);
        let mean = kernels::sum(&distances) / values.len() as f64;
        Self { median, deviation: mean * MEAN_TO_DEVIATION }
    }
}
