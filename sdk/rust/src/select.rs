//! Order statistics without sorting, in one pass over most values.

use crate::kernels::{self, LANES};

/// How many values are looked at first.
const SAMPLE: usize = 1_024;
/// How far from its place in the sample a value may stand: three standard deviations of the place
/// of a middle value.
const MARGIN: usize = 48;
/// Fewer values than this are selected from as they are.
const MANY: usize = 8 * SAMPLE;

/// The value of this rank, counted from 0, and the one before it: what stands at `rank` and
/// `rank − 1` of `f` of all values in ascending order. Minus infinity before the first; `None`
/// where there are not so many values. `f` must be cheap; its values are no NaN.
///
/// A sample of the values says between which two the wanted one surely is, but for rare cases; one
/// pass counts what is below and keeps what is between, and the selection is made among these (as
/// R. W. Floyd and R. L. Rivest, *Expected Time Bounds for Selection*, 1975). Otherwise it is made
/// among all values: the answer is the same.
#[must_use]
pub fn nth_of(values: &[f64], f: impl Fn(f64) -> f64, rank: usize) -> Option<(f64, f64)> {
    let (below, mut near) =
        between(values, &f, rank).unwrap_or_else(|| (0, kernels::map(values, &f)));
    let place = rank.checked_sub(below).filter(|place| *place < near.len())?;
    let (before, nth, _) = near.select_nth_unstable_by(place, f64::total_cmp);
    let last = before.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some((last, *nth))
}

/// The median of `f` of all values, with two middle ones the number halfway between them; 0 of
/// none. As [`nth_of`].
#[must_use]
pub fn median_of(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let (lower, upper) = nth_of(values, f, values.len() / 2).unwrap_or_default();
    if values.len().is_multiple_of(2) { f64::midpoint(lower, upper) } else { upper }
}

/// How many values are below two bounds, and all that are within them, if both `rank` and the rank
/// before it are.
fn between(values: &[f64], f: &impl Fn(f64) -> f64, rank: usize) -> Option<(usize, Vec<f64>)> {
    let (low, high) = bounds(values, f, rank)?;
    let (mut below, mut kept) = (0, 0);
    // What does not fit is counted and dropped: then there was too much of it.
    let mut near = vec![0.0; values.len() / 4];
    let mut visit = |value: &f64| {
        let value = f(*value);
        below += usize::from(value < low);
        if let Some(slot) = near.get_mut(kept) {
            *slot = value;
        }
        kept += usize::from((value >= low) & (value <= high));
    };
    let (groups, rest) = values.as_chunks::<LANES>();
    for group in groups {
        group.iter().for_each(&mut visit);
    }
    rest.iter().for_each(visit);
    near.get(..kept)?;
    near.truncate(kept);
    (below < rank && rank < below + kept).then_some((below, near))
}

/// Two values of a sample around where `rank` must be.
fn bounds(values: &[f64], f: &impl Fn(f64) -> f64, rank: usize) -> Option<(f64, f64)> {
    let step = (values.len() >= MANY).then_some(values.len() / SAMPLE)?;
    let sampled = values.iter().step_by(step).take(SAMPLE);
    let mut sample: Vec<f64> = sampled.map(|value| f(*value)).collect();
    sample.sort_unstable_by(f64::total_cmp);
    let place = rank / step;
    let low = place.checked_sub(MARGIN).and_then(|place| sample.get(place));
    let high = sample.get(place + MARGIN);
    Some((low.copied().unwrap_or(f64::MIN), high.copied().unwrap_or(f64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn check(values: &[f64]) {
        let mut sorted: Vec<f64> = values.iter().map(|value| value.abs()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        for rank in [0, 1, 2, 3, 4, 7].map(|part| part * values.len() / 8) {
            let before = rank.checked_sub(1).map_or(f64::NEG_INFINITY, |place| sorted[place]);
            assert_eq!(nth_of(values, f64::abs, rank), Some((before, sorted[rank])), "{rank}");
        }
        assert_eq!(nth_of(values, f64::abs, values.len()), None);
    }

    #[test]
    fn ranks_are_those_of_sorting() {
        let mut random = Random::new(7);
        for rows in [1, 2, 17, MANY - 1, MANY, 3 * MANY + 5] {
            check(&(0..rows).map(|_| random.unit() - 0.5).collect::<Vec<_>>());
            check(&(0..rows).map(|_| random.below(3) as f64).collect::<Vec<_>>());
            check(&(0..rows).map(|row| row as f64).collect::<Vec<_>>());
            check(&(0..rows).map(|row| (row % (rows / SAMPLE + 1)) as f64).collect::<Vec<_>>());
            check(&vec![f64::MAX; rows]);
        }
    }

    #[test]
    fn medians_of_odd_and_even_numbers_of_values() {
        for (values, median) in [
            (&[3.0][..], 3.0),
            (&[9.0, 1.0], 5.0),
            (&[9.0, 1.0, 2.0], 2.0),
            (&[4.0, 9.0, 1.0, 2.0], 3.0),
            (&[f64::MAX, f64::MAX], f64::MAX),
            (&[], 0.0),
        ] {
            assert_eq!(median_of(values, |value| value), median);
        }
    }
}
