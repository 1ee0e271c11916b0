//! Learning: choose each tree's sample, grow the tree of it, score every row in it or beside it.

use crate::model::{Rcf, bounded, means};
use crate::tree::Tree;
use crate::{Options, sample};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::splitmix::SplitMix;

pub(crate) fn fit(training: &Matrix<'_>, options: Options, seed: u64) -> Fitted<Rcf> {
    let (rows, columns) = (training.rows(), training.columns());
    let values = bounded(training.values());
    let mut seeds = SplitMix::new(seed);
    let mut sums = vec![0.0; rows];
    let mut grow = |_| {
        let mut tree = Tree { root: None, random: SplitMix::new(seeds.word()) };
        let sample = sample::of_stream(options, rows, &mut tree.random);
        let row = |index: &usize| values.chunks_exact(columns).nth(*index);
        sample.iter().filter_map(row).for_each(|row| tree.insert(row));
        add_scores(&tree, &sample, values.chunks_exact(columns), &mut sums);
        tree
    };
    let trees: Vec<_> = (0..options.num_trees).map(&mut grow).collect();
    let training_scores = means(sums, trees.len());
    Fitted { model: Rcf { options, columns, seen: rows as u64, trees }, training_scores }
}

/// Adds what each row displaces; those of the sample, in ascending order, are in the tree.
fn add_scores<'a>(
    tree: &Tree,
    sample: &[usize],
    rows: impl Iterator<Item = &'a [f64]>,
    sums: &mut [f64],
) {
    let mut in_tree = sample.iter().peekable();
    for ((index, row), sum) in rows.enumerate().zip(sums) {
        let is_counted = in_tree.next_if_eq(&&index).is_some();
        *sum += tree.displacement(row, is_counted);
    }
}
