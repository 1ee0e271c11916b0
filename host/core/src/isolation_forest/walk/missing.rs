//! Rows with missing values: from node to node. The other paths send them to the left at every cut
//! of a missing value, which is wrong; what they found is replaced.

use crate::isolation_forest::forest::Forest;
use crate::isolation_forest::tree::{Node, Trees, child, training_rows};

/// The trees, and how many training rows each node had.
#[derive(Debug, Clone)]
pub(in crate::isolation_forest) struct Counted {
    trees: Trees,
    /// Of all nodes of all trees.
    rows: Vec<u32>,
}

impl Counted {
    pub(in crate::isolation_forest) fn of(forest: &Forest) -> Self {
        let trees = forest.trees().into_owned();
        let rows = trees.iter().flat_map(training_rows).collect();
        Self { trees, rows }
    }

    /// Writes to each of `sums` the path lengths of its row of `values`, where that has a missing
    /// value.
    pub(in crate::isolation_forest) fn replace(
        &self,
        values: &[f64],
        columns: usize,
        sums: &mut [f64],
    ) {
        for (row, sum) in values.chunks_exact(columns).zip(sums) {
            if row.iter().any(|value| value.is_nan()) {
                *sum = self.path_lengths(row);
            }
        }
    }

    fn path_lengths(&self, row: &[f64]) -> f64 {
        let (mut sum, mut rows) = (0.0, self.rows.as_slice());
        for tree in self.trees.iter() {
            let (own, rest) = rows.split_at_checked(tree.len()).unwrap_or((rows, &[]));
            sum += path_length(tree, own, row);
            rows = rest;
        }
        sum
    }
}

/// Ends because children stand behind their parents.
fn path_length(tree: &[Node], rows: &[u32], row: &[f64]) -> f64 {
    let mut place = 0;
    loop {
        match tree.get(place) {
            Some(Node::Split { feature, threshold, right }) => {
                place = child((place, *feature, *threshold, *right), row, rows);
            }
            Some(Node::Leaf { path_length, .. }) => return *path_length,
            None => return 0.0,
        }
    }
}
