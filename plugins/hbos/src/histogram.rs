//! One column's histogram.

use pynomaly_sdk::prelude::*;

/// Added to a number of up to 2⁵¹ it leaves the nearest whole one in the last bits: quicker than a
/// conversion, which heeds numbers that have no whole one.
const WHOLE: f64 = 1.5 * (1_u64 << 52) as f64;

/// Bins of equal width: one edge more than there are bins, strictly ascending.
#[derive(Debug)]
pub(crate) struct Edges {
    /// The edges, and an infinite one behind them.
    edges: Vec<f64>,
    /// Bins per unit.
    scale: f64,
    /// Whether rounding moves no edge by anything that counts against a bin's width.
    is_regular: bool,
    /// Whether it moves none by more than a tenth of [`NEAR`] of it.
    is_fine: bool,
}

/// A value that is no nearer to an edge, in parts of a bin's width, lies between two.
const NEAR: f64 = 1e-6;

/// How many edges are below a value, and how many are not above it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) below: usize,
    pub(crate) not_above: usize,
}

impl Edges {
    /// From the least to the greatest of `values`; see [`Self::between`].
    #[cfg(test)]
    pub(crate) fn around(values: &[f64], bins: usize) -> Option<Self> {
        Self::between(kernels::range(values), bins)
    }

    /// From the least to the greatest of the values, as `numpy.histogram` lays them. Where these
    /// are equal, or so near to each other that no edges fit between, half a unit is added on both
    /// sides; more where the values are so great that even this does not do. `None` where the
    /// width is not finite.
    pub(crate) fn between((low, high): (f64, f64), bins: usize) -> Option<Self> {
        let wide = low.abs().max(high.abs()) * 1e-9;
        let lay = |margin| Self::checked(Self::laid(low - margin, high + margin, bins));
        [0.0, 0.5, wide].into_iter().find_map(lay)
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of bins")]
    fn laid(low: f64, high: f64, bins: usize) -> Vec<f64> {
        let step = (high - low) / bins as f64;
        let inner = (0..bins).map(|edge| edge as f64 * step + low);
        inner.chain([high]).collect()
    }

    /// Takes edges that are finite, of finite width, and strictly ascending.
    #[expect(clippy::cast_precision_loss, reason = "a number of bins")]
    pub(crate) fn checked(mut edges: Vec<f64>) -> Option<Self> {
        let (low, high) = (*edges.first()?, *edges.last()?);
        let bins = edges.len() - 1;
        let ascending = bins > 1 && edges.is_sorted_by(|a, b| a < b);
        if !(ascending && (high - low).is_finite()) {
            return None;
        }
        let step = (high - low) / bins as f64;
        let exact = |(place, edge): (usize, &f64)| (place as f64 * step + low - edge).abs();
        let rounding = low.abs().max(high.abs()) * f64::EPSILON;
        let farthest = edges.iter().enumerate().map(exact).fold(0.0, f64::max) + 4.0 * rounding;
        edges.push(f64::INFINITY);
        let (is_regular, is_fine) = (farthest < step / 4.0, farthest < step * NEAR / 10.0);
        Some(Self { edges, scale: bins as f64 / (high - low), is_regular, is_fine })
    }

    pub(crate) fn as_slice(&self) -> &[f64] {
        self.edges.get(..=self.bins()).unwrap_or_default()
    }

    /// Number of bins.
    pub(crate) fn bins(&self) -> usize {
        self.edges.len() - 2
    }

    /// Widths of the bins.
    fn widths(&self) -> impl Iterator<Item = f64> {
        self.as_slice().iter().zip(self.as_slice().iter().skip(1)).map(|(low, high)| high - low)
    }

    /// Where a value is. Of regular edges the place is computed, and set right by looking at the
    /// two edges it may be at.
    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    pub(crate) fn place(&self, value: f64) -> Place {
        let low = self.edges.first().copied().unwrap_or_default();
        let guess = (((value - low) * self.scale) as u32 as usize).min(self.bins());
        match self.edges.get(guess..) {
            Some([first, second, ..]) if self.is_regular => Place {
                below: guess + usize::from(*first < value) + usize::from(*second < value),
                not_above: guess + usize::from(*first <= value) + usize::from(*second <= value),
            },
            _ => Place {
                below: self.edges.partition_point(|edge| *edge < value),
                not_above: self.edges.partition_point(|edge| *edge <= value),
            },
        }
    }

    /// For each value twice the number of edges below it, if these can be computed and no value is
    /// near an edge. No value is beyond all edges.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
    pub(crate) fn codes_between<const N: usize>(&self, values: &[f64; N]) -> Option<[u16; N]> {
        let low = self.edges.first().copied().unwrap_or_default();
        let mut codes = [0; N];
        let mut all_between = self.is_fine;
        for (code, value) in codes.iter_mut().zip(values) {
            let place = (value - low) * self.scale;
            let whole = place - 0.5 + WHOLE;
            let within = place - (whole - WHOLE);
            all_between &= (within > NEAR) & (within < 1.0 - NEAR);
            *code = (2 * whole.to_bits() + 2) as u16;
        }
        all_between.then_some(codes)
    }

    /// For each value the first of the two edges that it may be at, if these can be computed. No
    /// value is below the first edge.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
    pub(crate) fn guesses<const N: usize>(&self, values: &[f64; N]) -> Option<[u32; N]> {
        let low = self.edges.first().copied().unwrap_or_default();
        let last = u32::try_from(self.bins()).unwrap_or(u32::MAX);
        let mut guesses = [0; N];
        for (guess, value) in guesses.iter_mut().zip(values) {
            // Halfway into the bin, so that the nearest whole number is its place, give or take one.
            let place = (value - low) * self.scale - 0.5;
            *guess = ((place + WHOLE).to_bits() as u32).min(last);
        }
        self.is_regular.then_some(guesses)
    }

    /// The sum of how many edges are below the value and how many are not above it, of regular
    /// edges of which it may be at the two from `guess` on.
    #[inline]
    pub(crate) fn code_near(&self, guess: u32, value: f64) -> usize {
        let guess = guess as usize;
        match self.edges.get(guess..) {
            Some([first, second, ..]) => {
                let below = usize::from(*first < value) + usize::from(*second < value);
                let not_above = usize::from(*first <= value) + usize::from(*second <= value);
                2 * guess + below + not_above
            }
            _ => usize::MAX,
        }
    }

    fn ends(&self) -> (f64, f64) {
        let end = |edge: Option<&f64>| edge.copied().unwrap_or_default();
        (end(self.as_slice().first()), end(self.as_slice().last()))
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
    /// From how many values have so many edges not above them.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn from_counts(edges: Edges, counts: &[u32], rows: usize, alpha: f64) -> Self {
        let on_last = counts.get(edges.bins() + 1).copied().unwrap_or_default();
        let last = edges.bins() - 1;
        let part = |(bin, (count, width)): (usize, (&u32, f64))| {
            let count = count + if bin == last { on_last } else { 0 };
            let density = f64::from(count) / width / rows as f64;
            -math::log2(math::finite(density + alpha))
        };
        let counts = counts.iter().skip(1).zip(edges.widths());
        let parts = counts.enumerate().map(part).collect();
        Self::from_parts(edges, parts, f64::MAX)
    }

    /// Of as many finite parts as there are bins.
    pub(crate) fn from_parts(edges: Edges, parts: Vec<f64>, least: f64) -> Self {
        let greatest = parts.iter().copied().fold(f64::MIN, f64::max);
        Self { edges, parts, greatest, least }
    }

    /// A value's part of the score. PyOD looks a value up in the bin that is open on its left,
    /// though it was counted in the one open on its right; it makes a difference on edges only.
    pub(crate) fn part(&self, value: f64, tol: f64) -> f64 {
        let place = self.edges.place(value).below;
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
        assert_eq!(Edges::around(&[3.0, 1.0], 4).unwrap().as_slice(), [1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(Edges::around(&[7.0], 2).unwrap().as_slice(), [6.5, 7.0, 7.5]);
        for (low, high) in [(1e17, 1e17), (5e-324, 1e-323), (1.0, 1.0_f64.next_up())] {
            let edges = Edges::around(&[low, high], 10).unwrap();
            assert!(edges.ends().0 <= low && edges.ends().1 >= high);
        }
        assert!(Edges::around(&[f64::MIN, f64::MAX], 10).is_none());
    }

    #[test]
    fn values_fall_into_their_bins() {
        let edges = Edges::around(&[0.0, 10.0], 10).unwrap();
        for (value, below) in [(-1e308, 0), (0.0, 0), (0.1, 1), (1.0, 1), (10.0, 10), (10.1, 11)] {
            assert_eq!(edges.place(value).below, below, "{value}");
        }
        assert_eq!(edges.place(1.0), Place { below: 1, not_above: 2 });
        assert_eq!(edges.place(f64::MAX), Place { below: 11, not_above: 11 });
    }

    #[test]
    fn computed_places_are_those_that_looking_at_every_edge_gives() {
        for (low, width, bins) in
            [(0.0, 1.0, 10), (-3.7, 1e-3, 77), (1e9, 1e-6, 7), (0.1, 1e200, 1000)]
        {
            let edges = Edges::around(&[low, low + width], bins).unwrap();
            let near = edges.as_slice().iter().flat_map(|it| [it.next_down(), *it, it.next_up()]);
            for value in near.chain((-9..99).map(|it| low + width * f64::from(it) / 90.0)) {
                let count = |is_it: &dyn Fn(&f64) -> bool| {
                    edges.as_slice().iter().filter(|edge| is_it(edge)).count()
                };
                let expected = Place {
                    below: count(&|edge| *edge < value),
                    not_above: count(&|edge| *edge <= value),
                };
                assert_eq!(edges.place(value), expected, "{value} {low} {width}");
            }
        }
    }
}
