//! The nearest rows, by a tree whose every node has [`LANES`] children.
//!
//! A k-d tree (J. L. Bentley, 1975) as flat as the vector unit likes it: the distances from a
//! query to the boxes of all children of a node are computed together, and so are those to all
//! rows of a leaf. The distance to a box is rounded as the distances to its rows are, step by
//! step, so it is never above any of them, and what is left out is never a neighbour: the answer
//! has the bits that comparing with every row gives.

use super::nearest::Collect;
use super::order;
use crate::kernels::{self, LANES};

/// Training rows, arranged for searching.
#[derive(Debug)]
pub struct Tree {
    columns: usize,
    /// Which row stands at each place of the leaves.
    order: Vec<u32>,
    /// The rows of a leaf together, column after column. The last leaf is filled up with
    /// infinitely distant rows.
    leaves: Vec<[f64; LANES]>,
    /// Boxes around the leaves, boxes around [`LANES`] of these, up to a level of one node.
    levels: Vec<Level>,
}

/// The boxes of [`LANES`] children together, column after column: their least and their greatest
/// values. The last node is filled up with infinitely distant boxes.
type Level = Vec<[[f64; LANES]; 2]>;

/// A box: per column, the least and the greatest value.
type Bounds = Vec<[f64; 2]>;

impl Tree {
    /// Of rows of `columns` finite values each; `columns` is at least 1, and an incomplete last
    /// row is left out.
    #[must_use]
    pub fn new(columns: usize, values: &[f64]) -> Self {
        let columns = columns.max(1);
        let order = order::together(columns, values);
        let row = |index: &u32| values.chunks_exact(columns).nth(*index as usize);
        let rows: Vec<&[f64]> = order.iter().filter_map(row).collect();
        let leaves = rows.chunks(LANES).flat_map(|rows| leaf(columns, rows)).collect();
        let point = |row: &&[f64]| row.iter().map(|value| [*value; 2]).collect();
        let mut boxes = around(&rows.iter().map(point).collect::<Vec<_>>());
        let mut levels = Vec::new();
        while boxes.len() > 1 {
            levels.push(boxes.chunks(LANES).flat_map(|boxes| node(columns, boxes)).collect());
            boxes = around(&boxes);
        }
        Self { columns, order, leaves, levels }
    }

    /// Shows `nearest` the rows near `query`, which has as many columns, with their squared
    /// distances: all that it may still want, in no particular order.
    pub fn search(&self, query: &[f64], nearest: &mut impl Collect) {
        nearest.clear();
        self.visit(self.levels.len(), 0, query, nearest);
    }

    /// Visits the node or leaf at `index` of its level, counted from the leaves.
    fn visit(&self, level: usize, index: usize, query: &[f64], nearest: &mut impl Collect) {
        let place = index * self.columns..(index + 1) * self.columns;
        let Some(below) = level.checked_sub(1) else {
            let leaf = self.leaves.get(place).unwrap_or_default();
            let distances = kernels::squared_distances(query, leaf);
            if kernels::any_below(&distances, nearest.bound()) {
                let rows = self.order.get(index * LANES..).unwrap_or_default();
                let offer = |(distance, row): (&f64, &u32)| nearest.offer(*distance, *row);
                distances.iter().zip(rows).for_each(offer);
            }
            return;
        };
        let boxes = self.levels.get(below).and_then(|level| level.get(place)).unwrap_or_default();
        let mut distances = kernels::squared_distances_to_boxes(query, boxes);
        while let Some(child) = kernels::take_least(&mut distances, nearest.bound()) {
            self.visit(below, index * LANES + child, query, nearest);
        }
    }
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

/// Up to [`LANES`] boxes together.
fn node(columns: usize, boxes: &[Bounds]) -> Level {
    let mut lanes = vec![[[f64::INFINITY; LANES]; 2]; columns];
    for (lane, bounds) in boxes.iter().enumerate() {
        for (lanes, ends) in lanes.iter_mut().zip(bounds) {
            for (lanes, end) in lanes.iter_mut().zip(ends) {
                lanes.iter_mut().skip(lane).take(1).for_each(|place| *place = *end);
            }
        }
    }
    lanes
}

/// One box around each [`LANES`] of these.
fn around(boxes: &[Bounds]) -> Vec<Bounds> {
    let join = |mut all: Bounds, one: &Bounds| {
        for ([low, high], [least, greatest]) in all.iter_mut().zip(one) {
            *low = low.min(*least);
            *high = high.max(*greatest);
        }
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
            }
        }
    }
}
