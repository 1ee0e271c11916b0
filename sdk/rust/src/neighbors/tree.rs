//! The nearest rows, by a tree whose every node has [`LANES`] children.
//!
//! A k-d tree (J. L. Bentley, 1975) as flat as the vector unit likes it: the distances from a
//! query to the boxes of all children of a node are computed together, and so are those to all
//! rows of a leaf. Both are computed in whole cells of a grid first, which are an eighth of the work
//! and leave out only what is too far away (as in R. Weber, H.-J. Schek, S. Blott: the VA-file, VLDB
//! 1998); what is left is computed in full: the answer has the bits that comparing with every row
//! gives.

use super::cells::{Asked, Grid, Pair, pairs, take_least};
use super::nearest::Collect;
use super::order;
use crate::kernels::{self, LANES};

/// Of more candidates in a leaf, all its rows are computed together.
const SINGLE_MAX: u32 = 3;

/// Training rows, arranged for searching.
#[derive(Debug)]
pub struct Tree {
    columns: usize,
    /// Which row stands at each place of the leaves.
    order: Vec<u32>,
    /// The rows of a leaf together, column after column. The last leaf is filled up with
    /// infinitely distant rows.
    leaves: Vec<[f64; LANES]>,
    grid: Grid,
    /// The same rows in cells, two columns after two.
    cells: Vec<Pair>,
    /// Boxes around the leaves, boxes around [`LANES`] of these, up to a level of one node.
    levels: Vec<Level>,
}

/// Boxes in cells.
#[derive(Debug)]
struct Level {
    /// Number of boxes.
    count: usize,
    /// The boxes of [`LANES`] children together, two columns after two: their least and their
    /// greatest cells.
    boxes: Vec<[Pair; 2]>,
}

/// A box: per column the least cells, and the greatest.
type Bounds = [Vec<i16>; 2];

impl Tree {
    /// Of rows of `columns` finite values each; `columns` is at least 1, and an incomplete last
    /// row is left out.
    #[must_use]
    pub fn new(columns: usize, values: &[f64]) -> Self {
        let columns = columns.max(1);
        let order = order::together(columns, values);
        let rows = crate::Matrix::new(columns, values);
        let grid = Grid::new(&kernels::ranges(&rows));
        let rows: Vec<&[f64]> = order.iter().filter_map(|row| rows.row(*row as usize)).collect();
        let leaves = rows.chunks(LANES).flat_map(|rows| leaf(columns, rows)).collect();
        let points: Vec<Vec<i16>> = rows.iter().map(|row| grid.cells(row)).collect();
        let group =
            |rows: &[Vec<i16>]| pairs(columns, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let cells = points.chunks(LANES).flat_map(group).collect();
        let mut boxes = around(&points.into_iter().map(|it| [it.clone(), it]).collect::<Vec<_>>());
        let mut levels = Vec::new();
        while boxes.len() > 1 {
            levels.push(level(columns, &boxes));
            boxes = around(&boxes);
        }
        Self { columns, order, leaves, grid, cells, levels }
    }

    /// Shows `nearest` the rows near `query`, which has as many columns, with their squared
    /// distances: all that it may still want, in no particular order.
    pub fn search(&self, query: &[f64], nearest: &mut impl Collect) {
        nearest.clear();
        let mut asked = Asked::new(&self.grid, query);
        self.visit(self.levels.len(), 0, query, &mut asked, nearest);
    }

    /// Shows `visit` the squared distances from `query`, which has as many columns, to the rows of
    /// each leaf that may have any below `bound`, always in the same order. Where a leaf has fewer
    /// rows, infinite ones stand behind them.
    pub fn each_within(&self, query: &[f64], bound: f64, mut visit: impl FnMut(&[f64; LANES])) {
        let mut asked = Asked::new(&self.grid, query);
        let limit = asked.limit(bound);
        self.walk(self.levels.len(), 0, &asked, limit, &mut |leaf| {
            let leaf = self.leaves.get(leaf * self.columns..).unwrap_or_default();
            let leaf = leaf.get(..self.columns).unwrap_or_default();
            visit(&kernels::squared_distances(query, leaf));
        });
    }

    /// Visits the node or leaf at `index` of its level, counted from the leaves.
    fn visit(
        &self,
        level: usize,
        index: usize,
        query: &[f64],
        asked: &mut Asked<'_>,
        nearest: &mut impl Collect,
    ) {
        let Some(below) = level.checked_sub(1) else {
            return self.visit_leaf(index, query, asked, nearest);
        };
        let mut squares = self.squares(below, index, asked);
        while let Some(child) = take_least(&mut squares, asked.limit(nearest.bound())) {
            self.visit(below, index * LANES + child, query, asked, nearest);
        }
    }

    fn visit_leaf(
        &self,
        index: usize,
        query: &[f64],
        asked: &mut Asked<'_>,
        nearest: &mut impl Collect,
    ) {
        let rows = self.order.get(index * LANES..).unwrap_or_default();
        let pairs = self.columns.div_ceil(2);
        let cells = self.cells.get(index * pairs..(index + 1) * pairs).unwrap_or_default();
        let limit = asked.limit(nearest.bound());
        let mut near = asked.near_rows(cells, rows.len(), limit);
        let place = index * self.columns..(index + 1) * self.columns;
        let leaf = self.leaves.get(place).unwrap_or_default();
        if near.count_ones() > SINGLE_MAX {
            let distances = kernels::squared_distances(query, leaf);
            if kernels::any_below(&distances, nearest.bound()) {
                let offer = |(distance, row): (&f64, &u32)| nearest.offer(*distance, *row);
                distances.iter().zip(rows).for_each(offer);
            }
            return;
        }
        while near != 0 {
            let lane = near.trailing_zeros() as usize;
            near &= near - 1;
            let distance = single(query, leaf, lane);
            if distance < nearest.bound() {
                rows.iter().skip(lane).take(1).for_each(|row| nearest.offer(distance, *row));
            }
        }
    }

    /// Shows `visit` the leaves below a node whose boxes are within `limit`.
    fn walk(
        &self,
        level: usize,
        index: usize,
        asked: &Asked<'_>,
        limit: i32,
        visit: &mut impl FnMut(usize),
    ) {
        let Some(below) = level.checked_sub(1) else {
            return visit(index);
        };
        for (child, square) in self.squares(below, index, asked).iter().enumerate() {
            if *square <= limit {
                self.walk(below, index * LANES + child, asked, limit, visit);
            }
        }
    }

    /// Squared distances in cells to the boxes of the children of a node.
    fn squares(&self, level: usize, index: usize, asked: &Asked<'_>) -> [i32; LANES] {
        let pairs = self.columns.div_ceil(2);
        let (count, boxes) = self.levels.get(level).map_or((0, &[][..]), |it| {
            let boxes = it.boxes.get(index * pairs..(index + 1) * pairs);
            (it.count.saturating_sub(index * LANES), boxes.unwrap_or_default())
        });
        asked.to_boxes(boxes, count)
    }
}

/// The squared distance to one row of a leaf, with the bits of that to all of them.
fn single(query: &[f64], leaf: &[[f64; LANES]], lane: usize) -> f64 {
    let values = leaf.iter().map(|lanes| lanes.get(lane).copied().unwrap_or_default());
    query.iter().zip(values).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}

/// Up to [`LANES`] rows together.
fn leaf(columns: usize, rows: &[&[f64]]) -> Vec<[f64; LANES]> {
    let mut lanes = vec![[f64::INFINITY; LANES]; columns];
    for (lane, row) in rows.iter().enumerate() {
        for (lanes, value) in lanes.iter_mut().zip(*row) {
            lanes.iter_mut().skip(lane).take(1).for_each(|place| *place = *value);
        }
    }
    lanes
}

/// All boxes of a level, [`LANES`] together.
fn level(columns: usize, boxes: &[Bounds]) -> Level {
    let node = |boxes: &[Bounds]| {
        let side = |side: fn(&Bounds) -> &[i16]| {
            pairs(columns, &boxes.iter().map(side).collect::<Vec<_>>())
        };
        let (low, high) = (side(|[low, _]| low), side(|[_, high]| high));
        low.into_iter().zip(high).map(|(low, high)| [low, high]).collect::<Vec<_>>()
    };
    Level { count: boxes.len(), boxes: boxes.chunks(LANES).flat_map(node).collect() }
}

/// One box around each [`LANES`] of these.
fn around(boxes: &[Bounds]) -> Vec<Bounds> {
    let join = |mut all: Bounds, [lows, highs]: &Bounds| {
        let [all_lows, all_highs] = &mut all;
        all_lows.iter_mut().zip(lows).for_each(|(low, other)| *low = (*low).min(*other));
        all_highs.iter_mut().zip(highs).for_each(|(high, other)| *high = (*high).max(*other));
        all
    };
    let group = |boxes: &[Bounds]| {
        boxes.split_first().map(|(first, rest)| rest.iter().fold(first.clone(), join))
    };
    boxes.chunks(LANES).filter_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::neighbors::{Nearest, Neighbor, Neighbors};
    use crate::random::Random;

    /// By the definition: all distances, sorted.
    fn slowly(query: &[f64], values: &[f64], left_out: Option<u32>) -> Vec<Neighbor> {
        let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
        let distance = |row: &[f64]| query.iter().zip(row).map(square).fold(0.0, |s, it| s + it);
        let rows = values.chunks(query.len()).map(distance).zip(0..);
        let mut all: Vec<_> = rows.map(|(distance, row)| Neighbor { distance, row }).collect();
        all.retain(|it| Some(it.row) != left_out);
        all.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.row.cmp(&b.row)));
        all
    }

    #[test]
    fn the_tree_finds_what_comparing_with_every_row_finds() {
        let mut random = Random::new(7);
        for case in 0..300 {
            let (columns, rows) = (1 + random.below(4), 1 + random.below(400));
            // Few values, so that many rows are equally far, in every other case.
            let mut cell = || if case % 2 == 0 { random.unit() } else { random.below(4) as f64 };
            let values: Vec<f64> = (0..columns * rows).map(|_| cell()).collect();
            let tree = Tree::new(columns, &values);
            let count = 1 + random.below(25);
            let (mut nearest, mut neighbors) = (Nearest::new(count), Neighbors::new(count));
            for (row, query) in values.chunks(columns).enumerate().take(20) {
                tree.search(query, &mut nearest);
                let expected = slowly(query, &values, None);
                for (distance, expected) in nearest.distances().iter().zip(&expected) {
                    assert_eq!(*distance, expected.distance);
                }
                neighbors.leave_out(row as u32);
                tree.search(query, &mut neighbors);
                let mut expected = slowly(query, &values, Some(row as u32));
                expected.truncate(count);
                assert_eq!(neighbors.found(), expected);
                let all = slowly(query, &values, None);
                let bound = all[all.len() / 2].distance.next_up();
                let mut within = Vec::new();
                tree.each_within(query, bound, |distances| {
                    within.extend(distances.iter().copied().filter(|it| *it < bound));
                });
                within.sort_by(f64::total_cmp);
                let expected = all.iter().map(|it| it.distance).filter(|it| *it < bound);
                assert_eq!(within, expected.collect::<Vec<_>>());
            }
        }
    }
}
