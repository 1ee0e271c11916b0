//! From node to node, for forests too deep to pad.

use crate::isolation_forest::forest::Forest;
use crate::isolation_forest::tree::Node;

/// Adds to each of `sums` the path lengths of its row.
pub(super) fn add(forest: &Forest, values: &[f64], sums: &mut [f64]) {
    for tree in forest.trees().iter() {
        for (row, sum) in values.chunks_exact(forest.columns()).zip(&mut *sums) {
            *sum += path_length(tree, row);
        }
    }
}

/// Ends because children stand behind their parents.
fn path_length(tree: &[Node], row: &[f64]) -> f64 {
    let mut place = 0;
    loop {
        match tree.get(place) {
            Some(Node::Split { feature, threshold, right }) => {
                let goes_right = row.get(*feature as usize).is_some_and(|x| x > threshold);
                place = if goes_right { right.get() as usize } else { place + 1 };
            }
            Some(Node::Leaf { path_length, .. }) => return *path_length,
            None => return 0.0,
        }
    }
}
