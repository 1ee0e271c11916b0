//! Over the slots, without vector instructions: no branch depends on a value, and several walks
//! are in flight together, so that each hides the others' waits.

use crate::isolation_forest::perfect::{Perfect, PerfectTree};

/// Walks in flight.
const FLIGHT: usize = 8;

/// Adds to each of `sums` the path lengths of its row.
pub(super) fn add(perfect: &Perfect, values: &[f64], sums: &mut [f64]) {
    let columns = perfect.columns();
    let (groups, rest) = sums.as_chunks_mut::<FLIGHT>();
    let (grouped, single) = values.split_at(groups.len() * FLIGHT * columns);
    if !groups.is_empty() {
        for tree in perfect.trees() {
            for (rows, sums) in grouped.chunks_exact(FLIGHT * columns).zip(&mut *groups) {
                add_rows(&tree, perfect.levels(), columns, rows, sums);
            }
        }
    }
    for (row, sum) in single.chunks_exact(columns).zip(rest) {
        add_row(perfect, row, sum);
    }
}

/// Several rows through one tree.
#[expect(clippy::indexing_slicing, reason = "slots and codes stay within; see `Perfect`")]
fn add_rows(
    tree: &PerfectTree<'_>,
    levels: u32,
    columns: usize,
    rows: &[f64],
    sums: &mut [f64; FLIGHT],
) {
    let mut slots = [1; FLIGHT];
    for _ in 0..levels {
        for (lane, slot) in slots.iter_mut().enumerate() {
            let value = rows[lane * columns + usize::from(tree.codes[*slot])];
            *slot = 2 * *slot + usize::from(value > tree.thresholds[*slot]);
        }
    }
    for (sum, slot) in sums.iter_mut().zip(slots) {
        *sum += tree.lengths[usize::from(tree.codes[slot])];
    }
}

/// One row through several trees at a time.
#[expect(clippy::indexing_slicing, reason = "slots and codes stay within; see `Perfect`")]
fn add_row(perfect: &Perfect, row: &[f64], sum: &mut f64) {
    let levels = perfect.levels();
    for trees in perfect.groups(FLIGHT) {
        let mut slots = [1; FLIGHT];
        let slots = &mut slots[..trees.thresholds.len() >> levels];
        for _ in 0..levels {
            for (tree, slot) in slots.iter_mut().enumerate() {
                let value = row[usize::from(trees.codes[((2 * tree) << levels) + *slot])];
                let threshold = trees.thresholds[(tree << levels) + *slot];
                *slot = 2 * *slot + usize::from(value > threshold);
            }
        }
        for (tree, slot) in slots.iter().enumerate() {
            *sum += trees.lengths[usize::from(trees.codes[((2 * tree) << levels) + slot])];
        }
    }
}
