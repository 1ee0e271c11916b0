//! Scoring, learning from a stream, and the state.

use crate::Options;
use crate::profile::mass;
use crate::space::{Extent, Space};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::splitmix::SplitMix;

/// Rows that go through one tree before the next tree is looked at.
const ROWS_AT_ONCE: usize = 1_024;

/// Fitted half-space trees: the leaves of the window that is scored against, and of the one that
/// is being learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct HalfSpaceTrees {
    pub(crate) options: Options,
    pub(crate) seed: u64,
    pub(crate) extents: Vec<Extent>,
    pub(crate) trees: Vec<Tree>,
}

/// The leaves of one tree in which the moments of two windows lie.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Tree {
    /// Of the window that is scored against; ascending, at least one.
    pub(crate) reference: Vec<u32>,
    /// Of the window that is being learnt; fewer than a window has.
    pub(crate) latest: Vec<u32>,
}

impl HalfSpaceTrees {
    /// Learns the first window: `rows`, at most as many as a window has. They are scored against
    /// until a whole window has been learnt.
    pub(crate) fn new(options: Options, seed: u64, extents: Vec<Extent>, rows: &[f64]) -> Self {
        let trees = vec![Tree::default(); options.n_trees as usize];
        let mut model = Self { options, seed, extents, trees };
        let leaves = model.leaves(rows);
        model.learn(&leaves);
        for tree in model.trees.iter_mut().filter(|tree| tree.reference.is_empty()) {
            tree.reference.clone_from(&tree.latest);
            tree.reference.sort_unstable();
        }
        model
    }

    /// For each tree, the leaf of each row.
    fn leaves(&self, rows: &[f64]) -> Vec<Vec<u32>> {
        let columns = self.extents.len().max(1);
        let extents = self.extents.iter().cycle();
        let places: Vec<_> =
            rows.iter().zip(extents).map(|(it, extent)| extent.place(*it)).collect();
        let mut seeds = SplitMix::new(self.seed);
        let mut room = Vec::new();
        let mut of_tree = |_: &Tree| {
            let space = Space::new(seeds.word(), columns);
            let rows = places.chunks_exact(columns);
            rows.map(|row| space.leaf(row, self.options.height, &mut room)).collect()
        };
        self.trees.iter().map(&mut of_tree).collect()
    }

    /// One score per row. A row's density is its mass of all trees over what even masses would
    /// give; the score is 1 where there is none, 1/2 where it is as if moments lay evenly.
    #[expect(clippy::cast_precision_loss, reason = "numbers of trees and of rows")]
    fn score_leaves(&self, leaves: &[Vec<u32>]) -> Vec<f64> {
        let mut masses = vec![0.0; leaves.first().map_or(0, Vec::len)];
        for (tree, leaves) in self.trees.iter().zip(leaves) {
            for (sum, leaf) in masses.iter_mut().zip(leaves) {
                *sum += mass(&tree.reference, *leaf, self.options.height);
            }
        }
        let rows = self.trees.first().map_or(0, |tree| tree.reference.len());
        let even = self.trees.len() as f64 * rows as f64;
        masses.iter().map(|mass| even / (even + mass)).collect()
    }

    /// Learns rows by their leaves: at most as many as the window still lacks. A full window is
    /// scored against from then on.
    fn learn(&mut self, leaves: &[Vec<u32>]) {
        for (tree, leaves) in self.trees.iter_mut().zip(leaves) {
            tree.latest.extend(leaves);
            if tree.latest.len() >= self.options.window_size as usize {
                tree.latest.sort_unstable();
                tree.reference = std::mem::take(&mut tree.latest);
            }
        }
    }

    fn rows_until_full(&self) -> usize {
        let learnt = self.trees.first().map_or(0, |tree| tree.latest.len());
        (self.options.window_size as usize).saturating_sub(learnt).max(1)
    }
}

impl Model for HalfSpaceTrees {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.extents.len(), data.columns())?;
        let parts = data.values().chunks(ROWS_AT_ONCE.saturating_mul(data.columns()));
        Ok(parts.flat_map(|rows| self.score_leaves(&self.leaves(rows))).collect())
    }

    fn save(&self) -> Vec<u8> {
        self.write()
    }

    fn load(state: &[u8]) -> Result<Self, Error> {
        Self::read(state)
    }
}

impl StreamingModel for HalfSpaceTrees {
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.extents.len(), data.columns())?;
        let mut scores = Vec::with_capacity(data.rows());
        let mut rest = data.values();
        while !rest.is_empty() {
            let count = self.rows_until_full().min(ROWS_AT_ONCE).saturating_mul(data.columns());
            let (rows, after) = rest.split_at(count.min(rest.len()));
            let leaves = self.leaves(rows);
            scores.extend(self.score_leaves(&leaves));
            self.learn(&leaves);
            rest = after;
        }
        Ok(scores)
    }
}
