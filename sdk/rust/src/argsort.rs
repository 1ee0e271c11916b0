//! Sorting, by counting: no comparison for the processor to guess wrong, and long runs of
//! instructions, so that metering costs little.

use crate::kernels::{self, first_pair};

/// Bits of a key that one pass looks at.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;
/// Where the digits of a packed word begin: together they are its upper half and a bit more.
const SHIFTS: [u32; 3] = [32, 43, 53];
/// Indices must fit in half a word.
const VALUES_MAX: usize = u32::MAX as usize;
/// Below this many values comparing is quicker than filling the counters.
const COUNTING_MIN: usize = 1_024;

/// The indices of `values` in ascending order of their values; equal values (both zeros are
/// equal) keep their order. Values must not be NaN: those would come last or first by their bits.
/// At most 2³² − 1 values; further ones are left out.
#[must_use]
pub fn argsort(values: &[f64]) -> Vec<u32> {
    let values = values.get(..VALUES_MAX).unwrap_or(values);
    let mut words = kernels::map(values, |value| key(value) >> 32 << 32);
    let (groups, rest) = words.as_chunks_mut::<{ kernels::LANES }>();
    let mut first = 0;
    for group in groups {
        (first..).zip(group).for_each(|(index, word)| *word |= index);
        first += kernels::LANES as u64;
    }
    (first..).zip(rest).for_each(|(index, word)| *word |= index);
    if words.len() < COUNTING_MIN {
        words.sort_unstable();
    } else {
        sort_by_upper_half(&mut words);
    }
    sort_runs(&mut words, values);
    kernels::map(&words, |word| index(&word))
}

/// Sorts words of the same upper half, which are few, by their whole keys, then by their indices.
fn sort_runs(words: &mut [u64], values: &[f64]) {
    let whole_key = |word: &u64| (values.get(index(word) as usize).map(|value| key(*value)), *word);
    let mut rest = words;
    while let Some(start) = first_pair(rest, |a, b| a >> 32 == b >> 32) {
        let (_, from_start) = rest.split_at_mut(start);
        let upper = from_start.first().map(|word| word >> 32);
        let length = from_start.iter().take_while(|word| Some(*word >> 32) == upper).count();
        let (run, after) = from_start.split_at_mut(length);
        run.sort_unstable_by_key(whole_key);
        rest = after;
    }
}

/// A whole number in the order of the floats; one for both zeros.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    bits ^ if bits >> 63 == 0 { 1 << 63 } else { u64::MAX }
}

/// The index in the lower half of a word.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
fn index(word: &u64) -> u32 {
    *word as u32
}

/// Sorts by counting digits, the least digit first; the words come in the order of their lower
/// halves, and that order is kept among equals.
fn sort_by_upper_half(words: &mut Vec<u64>) {
    let mut counts = [[0_u32; DIGITS]; SHIFTS.len()];
    let mut count = |word: &u64| {
        for (counts, shift) in counts.iter_mut().zip(SHIFTS) {
            *at(counts, word >> shift) += 1;
        }
    };
    in_fours(words, &mut count);
    let mut sorted = vec![0; words.len()];
    for (counts, shift) in counts.iter_mut().zip(SHIFTS) {
        start_places(counts);
        in_fours(words, &mut |word| {
            let place = at(counts, word >> shift);
            if let Some(slot) = sorted.get_mut(*place as usize) {
                *slot = *word;
            }
            *place += 1;
        });
        std::mem::swap(words, &mut sorted);
    }
}

/// Makes of each count the sum of those before it.
fn start_places(counts: &mut [u32; DIGITS]) {
    let mut before = 0;
    for four in counts.as_chunks_mut::<4>().0 {
        for count in four {
            before += std::mem::replace(count, before);
        }
    }
}

/// Visits all words in order, four to a run of instructions.
#[inline]
fn in_fours(words: &[u64], visit: &mut impl FnMut(&u64)) {
    let (fours, rest) = words.as_chunks::<4>();
    for four in fours {
        four.iter().for_each(&mut *visit);
    }
    rest.iter().for_each(visit);
}

#[expect(clippy::indexing_slicing, reason = "a remainder of the length is always within")]
#[expect(clippy::cast_possible_truncation, reason = "only the last bits are wanted")]
fn at(counts: &mut [u32; DIGITS], digit: u64) -> &mut u32 {
    &mut counts[digit as usize % DIGITS]
}

#[cfg(test)]
mod tests {
    use super::{COUNTING_MIN, argsort};

    fn check(values: &[f64]) {
        let mut expected: Vec<u32> = (0..).zip(values).map(|(index, _)| index).collect();
        expected.sort_by(|a, b| values[*a as usize].partial_cmp(&values[*b as usize]).unwrap());
        assert_eq!(argsort(values), expected);
    }

    #[test]
    fn few_and_many_values_with_ties_and_both_zeros() {
        let some = [3.0, -0.0, 0.0, -1.5, f64::MAX, 3.0, f64::MIN_POSITIVE, -3.0, f64::MIN, -1.5];
        check(&[]);
        check(&some);
        check(&some.repeat(COUNTING_MIN));
    }

    #[test]
    fn values_that_differ_in_their_last_bits_only() {
        let near = |step: u64| f64::from_bits(1.0_f64.to_bits() + step * 7_919 % 4_096);
        check(&(0..3_000).map(near).collect::<Vec<_>>());
        check(&(0..3_000).map(|step| -near(step)).collect::<Vec<_>>());
    }

    #[test]
    fn values_of_every_magnitude() {
        let mut state = 1_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from_bits(state ^ state >> 31)
        };
        check(&(0..5_000).map(|_| draw()).filter(|value| !value.is_nan()).collect::<Vec<_>>());
    }
}
