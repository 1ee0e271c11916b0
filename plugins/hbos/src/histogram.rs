//! One column's histogram.

use pynomaly_sdk::prelude::*;

/// Bins of equal width: one edge more than there are bins, strictly ascending.
#[derive(Debug)]
pub(crate) struct Edges(Vec<f64>);

impl Edges {
    /// From the least to the greatest of `values`, as `numpy.histogram` lays them. Where these
    /// are equal, or so near to each other that no edges fit between, half a unit is added on both
    /// sides; more where the values are so great that even this does not do. `None` where the
    /// width is not finite.
    pub(crate) fn around(values: &[f64], bins: usize) -> Option<Self> {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let wide = low.abs().max(high.abs()) * 1e-9;
        let lay = |margin| Self::checked(Self::between(low - margin, high + margin, bins));
        [0.0, 0.5, wide].into_iter().find_map(lay)
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of bins")]
    fn between(low: f64, high: f64, bins: usize) -> Vec<f64> {
        let step = (high - low) / bins as f64;
        let inner = (0..bins).map(|edge| edge as f64 * step + low);
        inner.chain([high]).collect()
    }

    /// Takes edges that are finite, of finite width, and strictly ascending.
    pub(crate) fn checked(edges: Vec<f64>) -> Option<Self> {
        let width = edges.last()? - edges.first()?;
        let ascending = edges.len() > 2 && edges.is_sorted_by(|a, b| a < b);
        (ascending && width.is_finite()).then_some(Self(edges))
    }

    pub(crate) fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// Number of bins.
    pub(crate) fn bins(&self) -> usize {
        self.0.len() - 1
    }

    /// Widths of the bins.
    fn widths(&self) -> impl Iterator<Item = f64> {
        self.0.iter().zip(self.0.iter().skip(1)).map(|(low, high)| high - low)
    }

    /// How many edges are `before` a value. The place is computed, and set right by looking.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a number of bins")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    fn place(&self, value: f64, before: impl Fn(f64) -> bool) -> usize {
        let (low, high) = self.ends();
        let part = (value - low) / (high - low);
        let mut place = ((part * self.bins() as f64) as usize).min(self.bins());
        let is_before = |place: usize| self.0.get(place).is_some_and(|edge| before(*edge));
        while is_before(place) {
            place += 1;
        }
        while place > 0 && !is_before(place - 1) {
            place -= 1;
        }
        place
    }

    fn ends(&self) -> (f64, f64) {
        let end = |edge: Option<&f64>| edge.copied().unwrap_or_default();
        (end(self.0.first()), end(self.0.last()))
    }
}

/// A column's bins with their parts of the score.
#[derive(Debug)]
pub(crate) struct Histogram {
    pub(crate) edges: Edges,
    /// -log₂(density + alpha) of each bin.
    pub(crate) parts: Vec<f64>,
    /// That of the emptiest bin.
    greatest: f64,
    /// The least that a training value has.
    pub(crate) least: f64,
}

impl Histogram {
    /// A bin holds the values from its left edge to below its right one; the last holds also
    /// its right edge.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn new(edges: Edges, values: &[f64], alpha: f64) -> Self {
        let mut counts = vec![0_u32; edges.bins()];
        for value in values {
            let bin = edges.place(*value, |edge| edge <= *value).clamp(1, edges.bins()) - 1;
            counts.iter_mut().skip(bin).take(1).for_each(|count| *count += 1);
        }
        let part = |(count, width): (u32, f64)| {
            let density = f64::from(count) / width / values.len() as f64;
            -math::log2(math::finite(density + alpha))
        };
        let parts = counts.into_iter().zip(edges.widths()).map(part).collect();
        let mut known = Self::from_parts(edges, parts, f64::MAX);
        // No training value is outside, so the tolerance does not matter.
        let parts = values.iter().map(|value| known.part(*value, 0.0));
        known.least = parts.fold(f64::MAX, f64::min);
        known
    }

    /// Of as many finite parts as there are bins.
    pub(crate) fn from_parts(edges: Edges, parts: Vec<f64>, least: f64) -> Self {
        let greatest = parts.iter().copied().fold(f64::MIN, f64::max);
        Self { edges, parts, greatest, least }
    }

    /// A value's part of the score. PyOD looks a value up in the bin that is open on its left,
    /// though it was counted in the one open on its right; it makes a difference on edges only.
    pub(crate) fn part(&self, value: f64, tol: f64) -> f64 {
        let place = self.edges.place(value, |edge| edge < value);
        let bins = self.edges.bins();
        if (place == 0 || place > bins) && self.is_far(value, tol) {
            return self.greatest;
        }
        let bin = place.clamp(1, bins) - 1;
        self.parts.get(bin).copied().unwrap_or(self.greatest)
    }

    /// Whether a value beyond all bins is farther than `tol` bins from them.
    fn is_far(&self, value: f64, tol: f64) -> bool {
        let (low, high) = self.edges.ends();
        let width =
            if value <= low { self.edges.widths().next() } else { self.edges.widths().last() };
        let distance = if value <= low { low - value } else { value - high };
        distance > width.unwrap_or_default() * tol
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_between_any_two_values() {
        assert_eq!(Edges::around(&[3.0, 1.0], 4).unwrap().0, [1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(Edges::around(&[7.0], 2).unwrap().0, [6.5, 7.0, 7.5]);
        for (low, high) in [(1e17, 1e17), (5e-324, 1e-323), (1.0, 1.0_f64.next_up())] {
            let edges = Edges::around(&[low, high], 10).unwrap().0;
            assert!(edges[0] <= low && edges[10] >= high);
        }
        assert!(Edges::around(&[f64::MIN, f64::MAX], 10).is_none());
    }

    #[test]
    fn values_fall_into_their_bins() {
        let edges = Edges::around(&[0.0, 10.0], 10).unwrap();
        for (value, place) in [(-1e308, 0), (0.0, 0), (0.1, 1), (1.0, 1), (10.0, 10), (10.1, 11)] {
            assert_eq!(edges.place(value, |edge| edge < value), place, "{value}");
        }
        assert_eq!(edges.place(1.0, |edge| edge <= 1.0), 2);
    }
}
