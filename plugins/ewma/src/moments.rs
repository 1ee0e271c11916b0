//! Mean and variance of one column, weighted exponentially.

/// Values are taken as at most this large, so that squares of their differences stay finite.
const VALUE_MAX: f64 = 1e150;
/// Deviations are at most this large: what a value beside a constant column gets.
const DEVIATION_MAX: f64 = 1e9;

/// Mean and variance of what was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Moments {
    /// |value - mean| / √variance, at most [`DEVIATION_MAX`].
    pub(crate) fn deviation(self, value: f64) -> f64 {
        let difference = self.difference(value).abs();
        if difference == 0.0 {
            return 0.0;
        }
        (difference / self.variance.sqrt()).min(DEVIATION_MAX)
    }

    /// Learns `value`, which weighs `gain`, so that all before it weigh 1 - `gain` of what they
    /// did. (The variance's recurrence is exact: it stays the weighted mean of the squared
    /// differences from the weighted mean.)
    pub(crate) fn learn(&mut self, value: f64, gain: f64) {
        let difference = self.difference(value);
        let step = gain * difference;
        self.mean += step;
        self.variance = (1.0 - gain) * (self.variance + difference * step);
    }

    fn difference(self, value: f64) -> f64 {
        value.clamp(-VALUE_MAX, VALUE_MAX) - self.mean
    }

    /// Whether learning can have made these.
    pub(crate) fn are_sane(self) -> bool {
        let is_learnt = self.mean.abs() <= 2.0 * VALUE_MAX;
        is_learnt && (0.0..=8.0 * VALUE_MAX * VALUE_MAX).contains(&self.variance)
    }
}
