//! One column's middle and spread.

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
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        let median = median(&mut values);
        values.iter_mut().for_each(|value| *value = (*value - median).abs());
        let robust = self::median(&mut values) * MEDIAN_TO_DEVIATION;
        if robust > 0.0 {
            return Self { median, deviation: robust };
        }
        // Ascending, so that the order of the rows has no part in the sum.
        values.sort_unstable_by(f64::total_cmp);
        let mean = pynomaly_sdk::kernels::sum(&values) / values.len() as f64;
        Self { median, deviation: mean * MEAN_TO_DEVIATION }
    }

    /// Robust z-score, at most `cap`.
    pub(crate) fn part(&self, value: f64, cap: f64) -> f64 {
        let part = (value - self.median).abs() / self.deviation;
        // 0 / 0 of a constant column says nothing; ∞ / ∞ is far out.
        if self.deviation == 0.0 {
            0.0
        } else if part < cap {
            part
        } else {
            cap
        }
    }
}

/// The middle value, or the middle between both; puts the values into another order.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if is_even { f64::midpoint(lower, *upper) } else { *upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_numbers_of_values() {
        assert_eq!(median(&mut [3.0]), 3.0);
        assert_eq!(median(&mut [9.0, 1.0]), 5.0);
        assert_eq!(median(&mut [9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 9.0, 1.0, 2.0]), 3.0);
        assert_eq!(median(&mut [f64::MAX, f64::MAX]), f64::MAX);
    }
}
