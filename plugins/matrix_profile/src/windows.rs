//! The windows of one column, and what comparing them needs to know.

use pynomaly_sdk::kernels::{self, LANES};

/// Values are taken as at most this large before they are brought to one scale, and after.
const VALUE_MAX: f64 = 1e150;
const SCALED_MAX: f64 = 1e100;

/// The exponent's bits of a float.
const EXPONENT: u64 = 0x7ff0 << 48;

/// Brings a column around 0 and to [-2, 2], as far as it is like training: distances between
/// windows do not change, squares stay finite, and small values keep their bits beside huge ones
/// (a mean would not leave them theirs, nor would a divisor that is no power of 2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    median: f64,
    power: f64,
}

impl Scale {
    pub(crate) fn of(values: &[f64]) -> Self {
        let order = kernels::argsort(values);
        let middle = order.get(order.len() / 2).and_then(|place| values.get(*place as usize));
        let median = middle.map_or(0.0, |it| it.clamp(-VALUE_MAX, VALUE_MAX));
        let far = |it: &f64| (it.clamp(-VALUE_MAX, VALUE_MAX) - median).abs();
        let largest = values.iter().fold(0.0, |most, it| far(it).max(most));
        let power = f64::from_bits(largest.to_bits() & EXPONENT);
        Self { median, power: if power > 0.0 { power } else { 1.0 } }
    }

    pub(crate) fn apply(self, values: &[f64]) -> Vec<f64> {
        let scaled = |value: &f64| {
            let centred = value.clamp(-VALUE_MAX, VALUE_MAX) - self.median;
            (centred / self.power).clamp(-SCALED_MAX, SCALED_MAX)
        };
        values.iter().map(scaled).collect()
    }
}

/// The windows of a column. Each list has one entry per window, and [`LANES`] more at both ends
/// for windows that are not there: those are unlike any other.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    size: usize,
    values: Vec<f64>,
    means: Vec<f64>,
    /// Root of the sum of squared differences from the mean; 0 for a constant window.
    pub(crate) norms: Vec<f64>,
    /// One over that; 0 for a constant window.
    pub(crate) inverses: Vec<f64>,
    /// Half the correlation of two constant windows, which is called 1; with any other a constant
    /// window's is called ½.
    pub(crate) halves: Vec<f64>,
    /// Half the change of what enters and what leaves, from the window before.
    pub(crate) changes: Vec<f64>,
    /// How far what enters and what leaves are from the means, together.
    pub(crate) places: Vec<f64>,
}

impl Windows {
    /// Of `values`, on one scale and at least `size` of them.
    #[expect(clippy::cast_precision_loss, reason = "a number of moments")]
    pub(crate) fn new(values: Vec<f64>, size: usize) -> Self {
        let mut new = Self { size, ..Self::default() };
        new.pad();
        let mut before: Option<(f64, f64)> = None;
        for window in values.windows(size) {
            let mean = kernels::sum(window) / size as f64;
            let first = window.first().copied().unwrap_or_default();
            let last = window.last().copied().unwrap_or_default();
            let is_constant = window.iter().all(|value| *value == first);
            let squares = |sum, it: &f64| sum + (it - mean) * (it - mean);
            let norm = if is_constant { 0.0 } else { window.iter().fold(0.0, squares).sqrt() };
            let (left, left_mean) = before.unwrap_or((last, last));
            new.means.push(mean);
            new.norms.push(norm);
            new.inverses.push(if norm > 0.0 { 1.0 / norm } else { 0.0 });
            new.halves.push(if norm > 0.0 { 0.0 } else { 0.5 });
            new.changes.push(0.5 * (last - left));
            let places = (last - mean) + (left - left_mean);
            new.places.push(if before.is_some() { places } else { 0.0 });
            before = Some((first, mean));
        }
        new.pad();
        new.values = values;
        new
    }

    fn pad(&mut self) {
        let lists = [&mut self.means, &mut self.norms, &mut self.inverses];
        for list in lists.into_iter().chain([&mut self.changes, &mut self.places]) {
            list.extend([0.0; LANES]);
        }
        self.halves.extend([f64::NEG_INFINITY; LANES]);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.means.len().saturating_sub(2 * LANES)
    }

    /// The sum of products of the differences from their means, of the window at `own` here and
    /// the one at `other` there; both places count the padding. 0 where one is not there.
    pub(crate) fn covariance(&self, own: usize, there: &Self, other: usize) -> f64 {
        let (Some((a, a_mean)), Some((b, b_mean))) = (self.window(own), there.window(other)) else {
            return 0.0;
        };
        a.iter().zip(b).fold(0.0, |sum, (x, y)| sum + (x - a_mean) * (y - b_mean))
    }

    /// The values and the mean of the window at `place`, which counts the padding.
    fn window(&self, place: usize) -> Option<(&[f64], f64)> {
        let start = place.checked_sub(LANES)?;
        let values = self.values.get(start..start.checked_add(self.size)?)?;
        Some((values, self.means.get(place).copied()?))
    }
}
