//! Inner loops, unrolled so that metering is nearly free: the sandbox counts fuel once per
//! straight run of instructions, so long runs cost least. All keep one order of additions,
//! whatever the machine: the same bits natively and in the sandbox.

pub use crate::argsort::argsort;
pub use crate::layout::{blocks, column, each_block};
use std::ops::{AddAssign, Mul, Sub};

/// Rows whose distances are computed together.
pub const LANES: usize = 16;

/// A block of up to [`LANES`] rows, column after column: `block[column][lane]`.
pub type Block = [[f64; LANES]];

/// What distances are computed of: `f64`, or `f32` where half the digits do.
pub trait Number:
    Copy + Default + PartialOrd + Sub<Output = Self> + Mul<Output = Self> + AddAssign + Into<f64>
{
    /// Above all others.
    const INFINITY: Self;
}

impl Number for f64 {
    const INFINITY: Self = Self::INFINITY;
}

impl Number for f32 {
    const INFINITY: Self = Self::INFINITY;
}

/// Squared Euclidean distances from `query` to the `N` rows of `block` (mostly a [`Block`]), which
/// has one entry per column. Each sum runs from the first column to the last.
#[must_use]
#[inline]
pub fn squared_distances<T: Number, const N: usize>(query: &[T], block: &[[T; N]]) -> [T; N] {
    let mut sums = [T::default(); N];
    for (value, lanes) in query.iter().zip(block) {
        for (sum, lane) in sums.iter_mut().zip(lanes) {
            let difference = *value - *lane;
            *sum += difference * difference;
        }
    }
    sums
}

/// Whether any of `values` is below `bound`.
#[must_use]
#[inline]
pub fn any_below(values: &[f64; LANES], bound: f64) -> bool {
    least(values) < bound
}

fn least(values: &[f64; LANES]) -> f64 {
    let mut least = [f64::INFINITY; 4];
    let (quads, _) = values.as_chunks::<4>();
    for quad in quads {
        for (least, value) in least.iter_mut().zip(quad) {
            *least = lesser(*value, *least);
        }
    }
    let [a, b, c, d] = least;
    lesser(lesser(a, b), lesser(c, d))
}

/// One instruction of the vector unit, unlike `f64::min`, which also heeds NaN.
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Where the first two neighbours stand that `are_pair`, which must be cheap: it is asked of
/// [`LANES`] pairs at a time.
#[must_use]
#[inline]
pub fn first_pair<T: Copy>(items: &[T], are_pair: impl Fn(T, T) -> bool) -> Option<usize> {
    let successors = items.get(1..)?;
    let (groups, rest) = successors.as_chunks::<LANES>();
    let mut pairs = items.as_chunks::<LANES>().0.iter().zip(groups);
    let any = |a: &[T; LANES], b: &[T; LANES]| {
        a.iter().zip(b).fold(false, |any, (a, b)| any | are_pair(*a, *b))
    };
    let first = pairs.position(|(a, b)| any(a, b)).unwrap_or(groups.len());
    let start = first * LANES;
    let near = if first < groups.len() { LANES } else { rest.len() };
    let candidates = items.iter().zip(successors).skip(start).take(near);
    let place = candidates.map(|(a, b)| are_pair(*a, *b)).position(|is_pair| is_pair)?;
    Some(start + place)
}

/// `f` of each item, [`LANES`] to a run of instructions.
#[must_use]
#[inline]
pub fn map<T: Copy, R: Copy + Default>(items: &[T], f: impl Fn(T) -> R) -> Vec<R> {
    let mut all = vec![R::default(); items.len()];
    let ((groups, rest), (results, last)) =
        (items.as_chunks::<LANES>(), all.as_chunks_mut::<LANES>());
    for (results, group) in results.iter_mut().zip(groups) {
        for (result, item) in results.iter_mut().zip(group) {
            *result = f(*item);
        }
    }
    for (result, item) in last.iter_mut().zip(rest) {
        *result = f(*item);
    }
    all
}

/// The sum of `f` of each value, in four interleaved partial sums: value 4i + j goes to sum j, and
/// those left over at the end to the first.
#[must_use]
#[inline]
pub fn sum_of(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let (quads, rest) = values.as_chunks::<4>();
    // Between runs the sandbox keeps the sums in memory: long runs, so that they seldom go there.
    let (runs, last) = quads.as_chunks::<{ LANES / 4 }>();
    let mut sums = [0.0; 4];
    let mut add = |quad: &[f64; 4]| {
        for (sum, value) in sums.iter_mut().zip(quad) {
            *sum += f(*value);
        }
    };
    for run in runs {
        run.iter().for_each(&mut add);
    }
    last.iter().for_each(add);
    let [a, b, c, d] = sums;
    rest.iter().fold((a + b) + (c + d), |sum, value| sum + f(*value))
}

/// The least and the greatest of `values`, which are no NaN; infinities of nothing.
#[must_use]
pub fn range(values: &[f64]) -> (f64, f64) {
    let (groups, rest) = values.as_chunks::<LANES>();
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    for group in groups {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(group) {
            *low = lesser(*value, *low);
            *high = greater(*value, *high);
        }
    }
    let low = low.iter().chain(rest).fold(f64::INFINITY, |low, value| lesser(*value, low));
    let high = high.iter().chain(rest).fold(f64::NEG_INFINITY, |high, value| greater(*value, high));
    (low, high)
}

/// The least and the greatest value of each column, of which none is NaN.
#[must_use]
pub fn ranges(rows: &crate::Matrix<'_>) -> Vec<(f64, f64)> {
    let mut low = vec![f64::INFINITY; rows.columns()];
    let mut high = vec![f64::NEG_INFINITY; rows.columns()];
    let widen = |(low, high): (&mut f64, &mut f64), value: f64| {
        *low = lesser(value, *low);
        *high = greater(value, *high);
    };
    for row in rows.iter_rows() {
        let (lows, low_rest) = low.as_chunks_mut::<4>();
        let (highs, high_rest) = high.as_chunks_mut::<4>();
        let (fours, rest) = row.as_chunks::<4>();
        for ((low, high), values) in lows.iter_mut().zip(highs).zip(fours) {
            low.iter_mut().zip(high).zip(values).for_each(|(ends, value)| widen(ends, *value));
        }
        low_rest.iter_mut().zip(high_rest).zip(rest).for_each(|(ends, value)| widen(ends, *value));
    }
    low.into_iter().zip(high).collect()
}

/// The sum, in four interleaved partial sums.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    sum_of(values, |value| value)
}

/// The dot product of two slices, in four interleaved partial sums, over the shorter's length.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or_default(), b.get(..length).unwrap_or_default());
    let ((left, left_rest), (right, right_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let (left_runs, left_last) = left.as_chunks::<{ LANES / 4 }>();
    let (right_runs, right_last) = right.as_chunks::<{ LANES / 4 }>();
    let mut sums = [0.0; 4];
    let mut add = |(left, right): (&[f64; 4], &[f64; 4])| {
        for ((sum, x), y) in sums.iter_mut().zip(left).zip(right) {
            *sum += x * y;
        }
    };
    for (left, right) in left_runs.iter().zip(right_runs) {
        left.iter().zip(right).for_each(&mut add);
    }
    left_last.iter().zip(right_last).for_each(add);
    let [p, q, r, s] = sums;
    let rest = left_rest.iter().zip(right_rest);
    rest.fold((p + q) + (r + s), |sum, (x, y)| sum + x * y)
}

/// The [`dot`] products of each column with each, row after row of a symmetric matrix.
#[must_use]
pub fn products(columns: &[Vec<f64>]) -> Vec<f64> {
    let size = columns.len();
    let mut all = vec![0.0; size * size];
    for (row, a) in columns.iter().enumerate() {
        for (place, b) in columns.iter().enumerate().skip(row) {
            let product = dot(a, b);
            for entry in [row * size + place, place * size + row] {
                all.iter_mut().skip(entry).take(1).for_each(|to| *to = product);
            }
        }
    }
    all
}

/// The dot products of `vector` with the `N` rows of a block, each with the bits of [`dot`].
#[must_use]
#[inline]
pub fn dots<const N: usize>(vector: &[f64], block: &[[f64; N]]) -> [f64; N] {
    let length = vector.len().min(block.len());
    let (vector, block) =
        (vector.get(..length).unwrap_or_default(), block.get(..length).unwrap_or_default());
    let ((fours, rest), (of_fours, of_rest)) = (vector.as_chunks::<4>(), block.as_chunks::<4>());
    let mut sums = [[0.0; N]; 4];
    for (entries, lanes) in fours.iter().zip(of_fours) {
        for ((sums, entry), lanes) in sums.iter_mut().zip(entries).zip(lanes) {
            sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += entry * lane);
        }
    }
    let [mut all, q, r, s] = sums;
    for (((all, q), r), s) in all.iter_mut().zip(q).zip(r).zip(s) {
        *all = (*all + q) + (r + s);
    }
    for (entry, lanes) in rest.iter().zip(of_rest) {
        all.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += entry * lane);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pair_is_found_wherever_it_is() {
        let are_pair = |a: usize, b: usize| a == b;
        for length in 0..70 {
            let items: Vec<usize> = (0..length).collect();
            assert_eq!(first_pair(&items, are_pair), None);
            for place in 1..length {
                let mut items = items.clone();
                items[place] = items[place - 1];
                assert_eq!(first_pair(&items, are_pair), Some(place - 1), "of {length}");
            }
        }
    }

    #[test]
    fn distances_of_all_lanes() {
        let mut block = [[0.0; LANES]; 2];
        for (lane, place) in block[0].iter_mut().enumerate() {
            *place = lane as f64;
        }
        let distances = squared_distances(&[1.0, 2.0], &block);
        assert_eq!(distances[0], 5.0);
        assert_eq!(distances[15], 14.0 * 14.0 + 4.0);
        assert!(any_below(&distances, 4.1) && !any_below(&distances, 4.0));
    }

    #[test]
    fn ranges_of_any_length() {
        assert_eq!(range(&[]), (f64::INFINITY, f64::NEG_INFINITY));
        for length in 1..50 {
            let values: Vec<_> = (0..length).map(|it| f64::from(it * 7 % length)).collect();
            let ends = |it: &[f64]| {
                it.iter().fold((9e9_f64, -9e9_f64), |(l, h), v| (l.min(*v), h.max(*v)))
            };
            assert_eq!(range(&values), ends(&values));
        }
    }

    #[test]
    fn ranges_of_any_number_of_columns() {
        for columns in 1..10 {
            let values: Vec<f64> =
                (0..7 * columns).map(|it| ((it * 37 % 41) as f64) - 9.0).collect();
            let rows = crate::Matrix::new(columns, &values);
            let one = |column| range(&rows.column(column).collect::<Vec<_>>());
            assert_eq!(ranges(&rows), (0..columns).map(one).collect::<Vec<_>>());
        }
    }

    #[test]
    fn sums_and_products_over_any_length() {
        for length in 0..70 {
            let values: Vec<_> = (0..length).map(f64::from).collect();
            let expected: f64 = values.iter().sum();
            assert_eq!(sum(&values), expected);
            assert_eq!(sum_of(&values, |value| 3.0 * value), 3.0 * expected);
            assert_eq!(
                map(&values, |value| 2.0 * value),
                values.iter().map(|it| 2.0 * it).collect::<Vec<_>>()
            );
            assert_eq!(dot(&values, &vec![2.0; values.len()]), 2.0 * expected);
        }
    }

    #[test]
    fn products_of_all_columns() {
        let columns = [vec![1.0, 2.0], vec![3.0, 4.0], vec![0.5, 0.0]];
        assert_eq!(products(&columns), [5.0, 11.0, 0.5, 11.0, 25.0, 1.5, 0.5, 1.5, 0.25]);
    }
}
