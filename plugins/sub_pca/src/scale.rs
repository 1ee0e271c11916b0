//! Columns on one scale.

use pynomaly_sdk::kernels;

/// Values are taken as at most this large before they are brought to one scale, and after: so
/// that squares stay finite.
const VALUE_MAX: f64 = 1e150;
const SCALED_MAX: f64 = 1e100;

/// Mean and deviation of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) mean: f64,
    /// Above 0; 1 for a constant column.
    pub(crate) deviation: f64,
}

impl Scale {
    #[expect(clippy::cast_precision_loss, reason = "a number of moments")]
    pub(crate) fn of(values: &[f64]) -> Self {
        let first = values.first().copied().unwrap_or_default().clamp(-VALUE_MAX, VALUE_MAX);
        let bounded: Vec<_> = values.iter().map(|it| it.clamp(-VALUE_MAX, VALUE_MAX)).collect();
        if bounded.iter().all(|value| *value == first) {
            return Self { mean: first, deviation: 1.0 };
        }
        let count = values.len() as f64;
        let mean = kernels::sum(&bounded) / count;
        let squares = bounded.iter().fold(0.0, |sum, it| sum + (it - mean) * (it - mean));
        let deviation = (squares / count).sqrt();
        Self { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    }

    pub(crate) fn apply(self, values: &[f64]) -> Vec<f64> {
        let scaled = |value: &f64| {
            let centred = value.clamp(-VALUE_MAX, VALUE_MAX) - self.mean;
            (centred / self.deviation).clamp(-SCALED_MAX, SCALED_MAX)
        };
        values.iter().map(scaled).collect()
    }
}
