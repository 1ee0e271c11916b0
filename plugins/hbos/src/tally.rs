//! One column's values, counted bin by bin while the rows go by.

use crate::histogram::{Edges, Histogram};
use pynomaly_sdk::kernels::LANES;

/// Where a value is: the number of edges below it plus the number of those not above it. Odd on an
/// edge, even between two: both numbers can be told from their sum.
pub(crate) type Code = u16;

/// How many values there are of each code.
pub(crate) struct Tally {
    edges: Edges,
    counts: Vec<u32>,
}

impl Tally {
    pub(crate) fn new(edges: Edges) -> Self {
        let counts = vec![0; 2 * edges.bins() + 3];
        Self { edges, counts }
    }

    /// Counts values that lie within the edges, and says where each is.
    pub(crate) fn count(&mut self, values: &[f64; LANES], codes: &mut [Code; LANES]) {
        if let Some(between) = self.edges.codes_between(values) {
            *codes = between;
            return between.iter().for_each(|code| self.add(*code));
        }
        let Some(guesses) = self.edges.guesses(values) else {
            return self.count_few(values, codes);
        };
        for ((value, guess), code) in values.iter().zip(&guesses).zip(codes) {
            *code = u16::try_from(self.edges.code_near(*guess, *value)).unwrap_or(Code::MAX);
            self.add(*code);
        }
    }

    /// The same, of any number of values.
    pub(crate) fn count_few(&mut self, values: &[f64], codes: &mut [Code]) {
        for (value, code) in values.iter().zip(codes) {
            let place = self.edges.place(*value);
            *code = u16::try_from(place.below + place.not_above).unwrap_or(Code::MAX);
            self.add(*code);
        }
    }

    #[inline]
    fn add(&mut self, code: Code) {
        if let Some(count) = self.counts.get_mut(usize::from(code)) {
            *count += 1;
        }
    }

    /// The histogram, and the part of the score that goes with each code.
    pub(crate) fn finish(self, alpha: f64) -> (Histogram, Vec<f64>) {
        let Self { edges, counts } = self;
        let mut by_not_above = vec![0; edges.bins() + 2];
        for (code, count) in counts.iter().enumerate() {
            by_not_above.iter_mut().skip(code.div_ceil(2)).take(1).for_each(|it| *it += count);
        }
        let rows = counts.iter().map(|count| *count as usize).sum();
        let mut histogram = Histogram::from_counts(edges, &by_not_above, rows, alpha);
        let bins = histogram.parts.len();
        let part = |code: usize| histogram.parts.get((code / 2).clamp(1, bins) - 1).copied();
        let parts: Vec<f64> =
            (0..counts.len()).map(|code| part(code).unwrap_or_default()).collect();
        let seen = parts.iter().zip(&counts).filter(|(_, count)| **count > 0);
        histogram.least = seen.map(|(part, _)| *part).fold(f64::MAX, f64::min);
        (histogram, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_counted_as_few_are() {
        for (low, width, bins) in
            [(0.0, 1.0, 10), (-3.7, 1e-3, 77), (1e9, 1e-6, 7), (1e17, 64.0, 3)]
        {
            let edges = || Edges::around(&[low, low + width], bins).unwrap();
            let on_edges = edges().as_slice().to_vec();
            let near = on_edges.iter().flat_map(|it| [it.next_down(), *it, it.next_up()]);
            let between = (0..97).map(|it| low + width * f64::from(it) / 96.0);
            let within = |it: &f64| *it >= low && *it <= low + width;
            let values: Vec<f64> = near.chain(between).filter(within).collect();
            let (mut many, mut few) = (Tally::new(edges()), Tally::new(edges()));
            for values in values.as_chunks::<LANES>().0 {
                let (mut codes, mut expected) = ([0; LANES], [0; LANES]);
                many.count(values, &mut codes);
                few.count_few(values, &mut expected);
                assert_eq!(codes, expected);
            }
            assert_eq!(many.counts, few.counts);
        }
    }
}
