//! Where a node is cut.

use super::tree::{Term, is_missing, project};
use crate::isolation_forest::grow::{between, range};
use crate::isolation_forest::settings::Variant;
use crate::random::Generator;

/// Columns in a fair cut, as its author recommends.
const FAIR_CUT_COLUMNS: usize = 2;

/// A column of a node, not constant in it.
struct Candidate {
    feature: u32,
    low: f64,
    high: f64,
}

/// Draws cuts, and keeps the room that it takes.
pub(super) struct Cutter {
    variant: Variant,
    pub(super) terms: Vec<Term>,
    drawn: Vec<Candidate>,
    projections: Vec<f64>,
    spreads: Vec<f64>,
}

impl Cutter {
    pub(super) fn new(variant: Variant) -> Self {
        Self {
            variant,
            terms: Vec::new(),
            drawn: Vec::new(),
            projections: Vec::new(),
            spreads: Vec::new(),
        }
    }

    /// A threshold for the sum of `self.terms`, and the number of columns not yet known to be
    /// constant. `None` where all rows are equal, or cannot be told apart in 64 bits.
    pub(super) fn cut(
        &mut self,
        rows: &[&[f64]],
        features: &mut [u32],
        candidates: usize,
        generator: &mut Generator,
    ) -> Option<(f64, usize)> {
        let wanted = match self.variant {
            Variant::Standard => 1,
            Variant::FairCut => FAIR_CUT_COLUMNS,
            Variant::Extended { columns } => columns,
        };
        let candidates = self.draw(rows, features, candidates, wanted, generator);
        self.terms.clear();
        let threshold = match self.variant {
            Variant::FairCut => self.best_cut(rows, generator),
            Variant::Standard | Variant::Extended { .. } => self.random_cut(generator),
        };
        Some((threshold?, candidates))
    }

    /// Draws up to `wanted` columns that are not constant; how many of `candidates` may still be
    /// so. Constant ones are moved behind those.
    fn draw(
        &mut self,
        rows: &[&[f64]],
        features: &mut [u32],
        mut candidates: usize,
        wanted: usize,
        generator: &mut Generator,
    ) -> usize {
        self.drawn.clear();
        while self.drawn.len() < wanted.min(candidates) {
            let front = self.drawn.len();
            let place = front + generator.below(candidates - front);
            let Some(&feature) = features.get(place) else { break };
            let (low, high) = range(rows, feature);
            if low < high {
                features.swap(place, front);
                self.drawn.push(Candidate { feature, low, high });
            } else {
                candidates -= 1;
                features.swap(place, candidates);
            }
        }
        candidates
    }

    /// Through a random point of the rows' box, in a random direction (Hariri et al. 2018).
    fn random_cut(&mut self, generator: &mut Generator) -> Option<f64> {
        let mut threshold = 0.0;
        for Candidate { feature, low, high } in &self.drawn {
            let weight = generator.normal();
            threshold += weight * between(*low, *high, generator.unit());
            self.terms.push(Term { feature: *feature, weight });
        }
        (!self.terms.is_empty() && threshold.is_finite()).then_some(threshold)
    }

    /// Along a random direction of standardised columns, where both sides together spread least:
    /// the greatest pooled gain (Cortes 2021).
    fn best_cut(&mut self, rows: &[&[f64]], generator: &mut Generator) -> Option<f64> {
        for Candidate { feature, low, high } in &self.drawn {
            let weight = generator.normal() / deviation(rows, *feature, *low, *high);
            let weight = weight.clamp(f64::MIN, f64::MAX);
            self.terms.push(Term { feature: *feature, weight });
        }
        self.projections.clear();
        let whole = rows.iter().filter(|row| !is_missing(&self.terms, row));
        self.projections.extend(whole.map(|row| project(&self.terms, row)));
        if self.terms.is_empty() || self.projections.iter().any(|it| !it.is_finite()) {
            return None;
        }
        self.projections.sort_unstable_by(f64::total_cmp);
        pooled_gain_cut(&self.projections, &mut self.spreads)
    }
}

/// The standard deviation of a column between `low` and `high`, which differ; greater than 0.
/// Missing values do not count.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 rows")]
fn deviation(rows: &[&[f64]], feature: u32, low: f64, high: f64) -> f64 {
    // Of values brought into [0, 1], halved first: the range itself may be infinite.
    let half = (high * 0.5 - low * 0.5).max(f64::MIN_POSITIVE);
    let values = rows.iter().filter_map(|row| row.get(feature as usize));
    let places = values.filter(|it| !it.is_nan()).map(|value| (value * 0.5 - low * 0.5) / half);
    let count = places.clone().count() as f64;
    let mean = places.clone().sum::<f64>() / count;
    let variance = places.map(|place| (place - mean) * (place - mean)).sum::<f64>();
    (2.0 * half * (variance / count).sqrt()).max(f64::MIN_POSITIVE)
}

/// The threshold between two of the ascending `projections` for which the standard deviations
/// of both sides, weighted by their rows, sum to the least; the first of equals. `None` where all
/// are equal. `spreads` is room.
fn pooled_gain_cut(projections: &[f64], spreads: &mut Vec<f64>) -> Option<f64> {
    spreads.clear();
    let mut right = Spread::default();
    spreads.extend(projections.iter().rev().map(|value| right.add(*value)));
    let mut left = Spread::default();
    let mut best = None;
    let pairs = projections.windows(2).zip(spreads.iter().rev().skip(1));
    for (pair, right) in pairs {
        let [low, high] = *pair else { continue };
        let spread = left.add(low) + right;
        if low < high && best.is_none_or(|(least, _)| spread < least) {
            best = Some((spread, between(low, high, 0.5)));
        }
    }
    best.map(|(_, threshold)| threshold)
}

/// A running standard deviation (Welford, Technometrics 4(3), 1962).
#[derive(Default)]
struct Spread {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Adds a value; the number of values times their standard deviation.
    fn add(&mut self, value: f64) -> f64 {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
        (self.squares * self.count).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cut_lies_in_the_widest_gap_of_two_clumps() {
        let cut = pooled_gain_cut(&[0.0, 0.1, 0.2, 5.0, 5.1], &mut Vec::new());
        assert_eq!(cut, Some(2.6));
        assert_eq!(pooled_gain_cut(&[1.0, 1.0], &mut Vec::new()), None);
        assert_eq!(pooled_gain_cut(&[1.0], &mut Vec::new()), None);
    }

    #[test]
    fn deviations_are_those_of_the_rows_however_far_apart() {
        let deviation_of = |values: &[f64]| {
            let rows: Vec<_> = values.chunks(1).collect();
            let (low, high) = range(&rows, 0);
            deviation(&rows, 0, low, high)
        };
        assert!((deviation_of(&[1.0, 2.0, 3.0, 4.0]) - 1.25_f64.sqrt()).abs() < 1e-15);
        assert!(deviation_of(&[f64::MIN, f64::MAX]) > 1e308);
        assert!(deviation_of(&[0.0, 5e-324]) > 0.0);
        assert_eq!(deviation_of(&[1.0, f64::NAN, 3.0]), 1.0);
    }
}
