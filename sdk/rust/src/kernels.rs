//! Inner loops, unrolled so that metering is nearly free: the sandbox counts fuel once per
//! straight run of instructions, so long runs cost least. All keep one order of additions,
//! whatever the machine: the same bits natively and in the sandbox.

pub use crate::argsort::argsort;

/// Rows whose distances are computed together.
pub const LANES: usize = 16;

/// A block of up to [`LANES`] rows, column after column: `block[column][lane]`.
pub type Block = [[f64; LANES]];

/// Rows of `columns` values each as blocks, one after the other: [`LANES`] rows are `columns`
/// entries. The last block is filled up with rows of `filler`; infinitely distant ones, where it
/// is infinite. `columns` is at least 1.
#[must_use]
pub fn blocks(columns: usize, values: &[f64], filler: f64) -> Vec<[f64; LANES]> {
    let columns = columns.max(1);
    let lanes = |rows: &[f64], column: usize| {
        let mut lanes = [filler; LANES];
        let values = rows.iter().skip(column).step_by(columns);
        lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane = *value);
        lanes
    };
    let groups = values.chunks(LANES * columns);
    groups.flat_map(|rows| (0..columns).map(move |column| lanes(rows, column))).collect()
}

/// Squared Euclidean distances from `query` to the [`LANES`] rows of `block`, which has one entry
/// per column. Each sum runs from the first column to the last.
#[must_use]
#[inline]
pub fn squared_distances(query: &[f64], block: &Block) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (value, lanes) in query.iter().zip(block) {
        for (sum, lane) in sums.iter_mut().zip(lanes) {
            let difference = value - lane;
            *sum += difference * difference;
        }
    }
    sums
}

/// Axis-parallel boxes, up to [`LANES`] of them: `boxes[column]` has their least values, then
/// their greatest.
pub type Boxes = [[[f64; LANES]; 2]];

/// Squared Euclidean distances from `query` to the nearest points of the [`LANES`] boxes; 0 from
/// within. Rounded as [`squared_distances`] rounds: never above that to a row in the box.
#[must_use]
#[inline]
pub fn squared_distances_to_boxes(query: &[f64], boxes: &Boxes) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (value, [low, high]) in query.iter().zip(boxes) {
        for ((sum, low), high) in sums.iter_mut().zip(low).zip(high) {
            let outside = greater(greater(low - value, value - high), 0.0);
            *sum += outside * outside;
        }
    }
    sums
}

/// The index of the least of `values` below `bound`, which becomes infinite, if there is one.
#[must_use]
#[inline]
pub fn take_least(values: &mut [f64; LANES], bound: f64) -> Option<usize> {
    let least = least(values);
    if least >= bound {
        return None;
    }
    let mut index = 0;
    for (lane, value) in values.iter().enumerate() {
        index = if *value == least { lane } else { index };
    }
    values.iter_mut().skip(index).take(1).for_each(|value| *value = f64::INFINITY);
    Some(index)
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

/// The sum, in four interleaved partial sums.
#[must_use]
pub fn sum(values: &[f64]) -> f64 {
    let (quads, rest) = values.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for quad in quads {
        for (sum, value) in sums.iter_mut().zip(quad) {
            *sum += value;
        }
    }
    let [a, b, c, d] = sums;
    rest.iter().fold((a + b) + (c + d), |sum, value| sum + value)
}

/// The dot product of two slices, in four interleaved partial sums, over the shorter's length.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or_default(), b.get(..length).unwrap_or_default());
    let ((left, left_rest), (right, right_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (left, right) in left.iter().zip(right) {
        for ((sum, x), y) in sums.iter_mut().zip(left).zip(right) {
            *sum += x * y;
        }
    }
    let [p, q, r, s] = sums;
    let rest = left_rest.iter().zip(right_rest);
    rest.fold((p + q) + (r + s), |sum, (x, y)| sum + x * y)
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
    fn blocks_hold_the_rows_and_the_filler() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let blocks = blocks(2, &values, -1.0);
        assert_eq!(blocks.len(), 4);
        assert_eq!(
            (blocks[0][3], blocks[1][3], blocks[2][3], blocks[3][4]),
            (6.0, 7.0, 38.0, -1.0)
        );
    }

    #[test]
    fn sums_and_products_over_any_length() {
        for length in 0..20 {
            let values: Vec<_> = (0..length).map(f64::from).collect();
            let expected: f64 = values.iter().sum();
            assert_eq!(sum(&values), expected);
            assert_eq!(dot(&values, &vec![2.0; values.len()]), 2.0 * expected);
        }
    }
}
