//! Whether scores are distributed as they were.

use super::interval::float;
use crate::threshold::quantile;

/// Into how many bins scores are put: deciles.
pub const DRIFT_BINS: usize = 10;

/// How many of some scores fall into each bin.
pub type Bins = [u64; DRIFT_BINS];

/// How many of `expected` and of `seen` fall between the deciles of `expected`. Where scores are
/// equal some bins stay empty on both sides.
#[must_use]
pub fn decile_bins(expected: &[f64], seen: &[f64]) -> (Bins, Bins) {
    let edge = |decile: u32| quantile(expected, f64::from(decile) / 10.0);
    let edges: Vec<f64> = (1..10).filter_map(edge).collect();
    let count = |scores: &[f64]| {
        let mut bins = Bins::default();
        for score in scores {
            let bin = edges.partition_point(|edge| edge < score);
            bins.iter_mut().skip(bin).take(1).for_each(|it| *it += 1);
        }
        bins
    };
    (count(expected), count(seen))
}

/// The population stability index Σ (s − e) · ln(s / e) over the shares of each bin (N. Siddiqi,
/// Credit Risk Scorecards, 2006): 0 for the same distribution, below 0.1 taken for no change, above
/// 0.25 for a large one. Half a score is added to each bin, so that an empty one counts as rare
/// instead of impossible. At least 0; `None` where one side has no scores.
#[must_use]
pub fn population_stability(expected: &Bins, seen: &Bins) -> Option<f64> {
    let whole = |bins: &Bins| -> f64 { bins.iter().map(|count| float(*count) + 0.5).sum() };
    if expected.iter().sum::<u64>() == 0 || seen.iter().sum::<u64>() == 0 {
        return None;
    }
    let (all_expected, all_seen) = (whole(expected), whole(seen));
    let shift = |(expected, seen): (&u64, &u64)| {
        let (e, s) = ((float(*expected) + 0.5) / all_expected, (float(*seen) + 0.5) / all_seen);
        (s - e) * libm::log(s / e)
    };
    Some(expected.iter().zip(seen).map(shift).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with numpy 2.4.
    #[test]
    fn index_of_counts() {
        let expected = [10; DRIFT_BINS];
        for (seen, index) in [
            ([10; DRIFT_BINS], 0.0),
            ([5, 8, 9, 11, 12, 10, 10, 10, 10, 15], 0.058_503_236_731_624_35),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 100], 4.545_689_921_193_494),
        ] {
            let found = population_stability(&expected, &seen).unwrap();
            assert!((found - index).abs() < 1e-12, "{found} is not {index}");
        }
        assert_eq!(population_stability(&expected, &[0; DRIFT_BINS]), None);
    }

    #[test]
    fn bins_are_deciles_of_the_expected() {
        let scores: Vec<f64> = (0..100).map(f64::from).collect();
        let (expected, seen) = decile_bins(&scores, &scores);
        assert_eq!((expected, seen), ([10; DRIFT_BINS], [10; DRIFT_BINS]));
        let shifted: Vec<f64> = scores.iter().map(|it| it + 1_000.0).collect();
        assert_eq!(decile_bins(&scores, &shifted).1, [0, 0, 0, 0, 0, 0, 0, 0, 0, 100]);
        let (expected, seen) = decile_bins(&[4.0; 30], &[4.0; 30]);
        assert_eq!(expected, seen);
        assert_eq!(decile_bins(&[], &[1.0]).1.iter().sum::<u64>(), 1);
    }
}
