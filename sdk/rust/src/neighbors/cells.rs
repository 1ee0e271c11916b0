//! Rows in whole cells of a grid: 16 bits instead of 64, and eight at a time.
//!
//! Whole numbers decide which rows are looked at more closely, and never wrongly leave one out: a
//! difference in cells is off by less than one in each column.

use super::lanes::{Lanes, Sums};
use crate::kernels::LANES;

/// Cells a column at the most.
const STEPS_MAX: f64 = 8191.0;
/// Ranges below this are one cell: their parts would be no numbers.
const RANGE_MIN: f64 = 1e-290;
/// More than rounding adds to a distance, in parts of it.
const SLACK: f64 = 1e-9;
/// More than a distance loses whose square is too small for a number.
const DISTANCE_MIN: f64 = 1e-150;
/// No cells are as far apart: the filler of incomplete groups.
const FARTHEST: i32 = i32::MAX;

/// Two columns of [`LANES`] rows.
pub(super) type Pair = [Lanes; LANES / 4];
/// Squared distances of [`LANES`] rows, in cells.
type Squares = [i32; LANES];

/// Cells of one width in all columns.
#[derive(Debug)]
pub(super) struct Grid {
    /// The least value of each column.
    origin: Vec<f64>,
    width: f64,
    steps: f64,
    /// What being whole may add to a distance.
    blur: f64,
}

impl Grid {
    /// Of columns with these least and greatest values.
    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    pub(super) fn new(ranges: &[(f64, f64)]) -> Self {
        let columns = ranges.len() as f64;
        // So few that squared distances are below `FARTHEST`.
        let steps = (f64::from(FARTHEST - 1) / (columns + 1.0)).sqrt().floor().min(STEPS_MAX);
        let widest = ranges.iter().map(|(low, high)| high - low).fold(0.0, f64::max);
        let width = if widest < RANGE_MIN { 1.0 } else { widest / steps };
        let origin = ranges.iter().map(|(low, _)| *low).collect();
        Self { origin, width, steps, blur: columns.sqrt() + 1.0 }
    }

    /// The cells of a value per column; those of values beyond the ranges are at their ends, where
    /// they are no farther from any row than the value.
    pub(super) fn cells(&self, values: &[f64]) -> Vec<i16> {
        let columns = values.iter().zip(&self.origin);
        columns.map(|(value, origin)| self.cell(value - origin)).collect()
    }

    #[expect(clippy::cast_possible_truncation, reason = "within 0 and STEPS_MAX; 0 of no number")]
    fn cell(&self, distance: f64) -> i16 {
        (distance / self.width).clamp(0.0, self.steps) as i16
    }

    /// What a squared distance in cells exceeds only if the distance itself is not below the square
    /// root of `bound`.
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and 0 for no number")]
    fn limit(&self, bound: f64) -> i32 {
        let reach = bound.sqrt() * (1.0 + SLACK) + DISTANCE_MIN;
        let reach = reach / self.width + self.blur;
        ((reach * reach) as i32).min(FARTHEST - 1)
    }
}

/// Up to [`LANES`] rows of cells together, two columns at a time.
pub(super) fn pairs(columns: usize, rows: &[&[i16]]) -> Vec<Pair> {
    let cell = |row: usize, column: usize| {
        rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
    };
    let of_four = |column: usize, first: usize| {
        Lanes::new(std::array::from_fn(|lane| cell(first + lane / 2, column + lane % 2)))
    };
    let pair = |column| std::array::from_fn(|group| of_four(column, 4 * group));
    (0..columns).step_by(2).map(pair).collect()
}

/// A query in cells, and how far to look.
pub(super) struct Asked<'a> {
    grid: &'a Grid,
    pairs: Vec<Lanes>,
    bound: f64,
    limit: i32,
}

impl<'a> Asked<'a> {
    pub(super) fn new(grid: &'a Grid, query: &[f64]) -> Self {
        let cells = grid.cells(query);
        let pair = |pair: &[i16]| {
            let (first, second) = (pair.first(), pair.get(1));
            Lanes::pairs(first.copied().unwrap_or_default(), second.copied().unwrap_or_default())
        };
        let pairs = cells.chunks(2).map(pair).collect();
        Self { grid, pairs, bound: f64::INFINITY, limit: FARTHEST - 1 }
    }

    /// What squared distances in cells are compared with while `bound` is what they must be below.
    pub(super) fn limit(&mut self, bound: f64) -> i32 {
        if bound < self.bound {
            self.bound = bound;
            self.limit = self.grid.limit(bound);
        }
        self.limit
    }

    /// Of each of the first `count` rows, whether it may be within the limit: a bit each.
    pub(super) fn near_rows(&self, rows: &[Pair], count: usize, limit: i32) -> u32 {
        let mut sums = [Sums::ZERO; LANES / 4];
        for (query, pair) in self.pairs.iter().zip(rows) {
            for (sums, lanes) in sums.iter_mut().zip(pair) {
                sums.add_squares(query.minus(*lanes));
            }
        }
        let bits =
            (0..).step_by(4).zip(sums).fold(0, |bits, (at, sums)| bits | (sums.up_to(limit) << at));
        if count < LANES { bits & ((1 << count) - 1) } else { bits }
    }

    /// Squared distances to the first `count` boxes, and [`FARTHEST`] behind them.
    pub(super) fn to_boxes(&self, boxes: &[[Pair; 2]], count: usize) -> Squares {
        let mut sums = [Sums::ZERO; LANES / 4];
        for (query, [low, high]) in self.pairs.iter().zip(boxes) {
            for ((sums, low), high) in sums.iter_mut().zip(low).zip(high) {
                sums.add_squares(query.outside(*low, *high));
            }
        }
        let mut squares = [FARTHEST; LANES];
        let (fours, _) = squares.as_chunks_mut::<4>();
        fours.iter_mut().zip(sums).for_each(|(four, sums)| *four = sums.to_array());
        squares.iter_mut().skip(count).for_each(|it| *it = FARTHEST);
        squares
    }
}

/// The index of the least of `squares` up to `limit`, which becomes [`FARTHEST`], if there is one.
pub(super) fn take_least(squares: &mut Squares, limit: i32) -> Option<usize> {
    let least = squares.iter().copied().fold(FARTHEST, i32::min);
    if least > limit {
        return None;
    }
    let index = squares.iter().position(|it| *it == least)?;
    squares.iter_mut().skip(index).take(1).for_each(|it| *it = FARTHEST);
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn no_row_within_the_bound_is_left_out_at_any_scale() {
        let mut random = Random::new(7);
        for scale in [5e-324, 1e-310, 1e-292, 1e-160, 1e-3, 1.0, 1e9, 1e150, 1e307] {
            for columns in [1, 2, 3, 9, 40] {
                let mut draw = |count: usize| -> Vec<f64> {
                    (0..count * columns).map(|_| (random.unit() - 0.5) * scale).collect()
                };
                let (values, queries) = (draw(16), draw(20));
                let rows = crate::Matrix::new(columns, &values);
                let grid = Grid::new(&crate::kernels::ranges(&rows));
                let cells: Vec<_> = rows.iter_rows().map(|row| grid.cells(row)).collect();
                let cells: Vec<_> = cells.iter().map(Vec::as_slice).collect();
                let pairs = pairs(columns, &cells);
                for query in queries.chunks(columns) {
                    let far: Vec<f64> = query.iter().map(|it| it * 3.0).collect();
                    for query in [query, &far] {
                        let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
                        let distance = |row: &[f64]| row.iter().zip(query).map(square).sum::<f64>();
                        let distances: Vec<_> = rows.iter_rows().map(distance).collect();
                        let bound = distances[3].next_up();
                        let mut asked = Asked::new(&grid, query);
                        let limit = asked.limit(bound);
                        let near = asked.near_rows(&pairs, 16, limit);
                        for (row, distance) in distances.iter().enumerate() {
                            assert!(*distance >= bound || near >> row & 1 == 1, "{scale}");
                        }
                        assert_eq!(asked.near_rows(&pairs, 5, limit), near & 31);
                    }
                }
            }
        }
    }

    #[test]
    fn rows_far_away_are_left_out() {
        let grid = Grid::new(&[(0.0, 10.0), (0.0, 1.0)]);
        let cells = [grid.cells(&[0.0, 1.0]), grid.cells(&[9.0, 0.5])];
        let pairs = pairs(2, &cells.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut asked = Asked::new(&grid, &[8.9, 0.5]);
        let limit = asked.limit(0.02);
        assert_eq!(asked.near_rows(&pairs, 2, limit), 2);
        let mut squares = [FARTHEST; LANES];
        squares[3] = 5;
        assert_eq!((take_least(&mut squares, 4), take_least(&mut squares, 5)), (None, Some(3)));
        assert_eq!(take_least(&mut squares, FARTHEST - 1), None);
    }
}
