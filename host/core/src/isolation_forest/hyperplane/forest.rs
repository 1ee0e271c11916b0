//! The fitted model.

use super::grow;
use super::state;
use super::tree::{Node, Trees, is_missing, project};
use crate::isolation_forest::forest::score_of;
use crate::isolation_forest::plan::Plan;
use crate::isolation_forest::settings::Settings;
use crate::isolation_forest::{check_columns, parallel};
use crate::{DetectorError, Matrix, Model, Stop};
use std::sync::OnceLock;

/// As in the standard forest: what keeps another thread busy for long enough.
const DRAWS_PER_THREAD: usize = 1_000;
const WALKS_PER_THREAD: usize = 10_000;
/// Rows scored between two looks at the clock.
const BLOCK_ROWS: usize = 256;

/// A fitted forest of leaning cuts.
#[derive(Debug, Clone)]
pub(in crate::isolation_forest) struct HyperplaneForest {
    pub(super) columns: usize,
    pub(super) samples: u32,
    pub(super) trees: Trees,
    threads: usize,
    /// Training rows of each node of all trees; made when the first missing value is scored.
    counted: OnceLock<Vec<u32>>,
}

impl HyperplaneForest {
    /// Grows a forest over `training`; the same for any number of threads.
    pub(in crate::isolation_forest) fn grow(
        training: &Matrix,
        settings: &Settings,
        seed: u64,
        threads: usize,
        stop: Stop<'_>,
    ) -> Result<Self, DetectorError> {
        let plan = Plan::new(settings, seed);
        let busy = threads.min(1 + settings.trees * settings.samples as usize / DRAWS_PER_THREAD);
        let size = settings.trees.div_ceil(if busy > 1 { 4 * busy } else { 1 });
        let mut grown = vec![Trees::default(); settings.trees.div_ceil(size)];
        let parts = plan.seeds().chunks(size).zip(&mut grown);
        parallel::try_for_each(busy, parts, |(seeds, part)| {
            *part = grow::grow(training, settings, seeds, stop)?;
            Ok(())
        })?;
        let trees = Trees::joined(grown);
        Ok(Self::new(training.columns(), settings.samples, trees, threads))
    }

    /// A forest of `trees` that each drew `samples` rows of `columns` columns.
    pub(super) fn new(columns: usize, samples: u32, trees: Trees, threads: usize) -> Self {
        Self { columns, samples, trees, threads, counted: OnceLock::new() }
    }

    /// `counted` is empty where no row of the call has a missing value.
    fn score_row(&self, row: &[f64], mut counted: &[u32]) -> f64 {
        let mut sum = 0.0;
        for tree in self.trees.iter() {
            let (own, rest) = counted.split_at_checked(tree.len()).unwrap_or_default();
            sum += self.path_length(tree, own, row);
            counted = rest;
        }
        score_of(sum, self.samples, self.trees.len())
    }

    /// Ends because children stand behind their parents.
    fn path_length(&self, tree: &[Node], counted: &[u32], row: &[f64]) -> f64 {
        let mut place = 0;
        loop {
            match tree.get(place) {
                Some(Node::Split { first, count, threshold, right }) => {
                    let terms = *first as usize..first.saturating_add(*count) as usize;
                    let terms = self.trees.terms.get(terms).unwrap_or_default();
                    let sum = project(terms, row);
                    let (left, right) = (place + 1, right.get() as usize);
                    let goes_right = if sum.is_nan() && is_missing(terms, row) {
                        counted.get(right) > counted.get(left)
                    } else {
                        sum > *threshold
                    };
                    place = if goes_right { right } else { left };
                }
                Some(Node::Leaf { path_length, .. }) => return *path_length,
                None => return 0.0,
            }
        }
    }
}

impl Model for HyperplaneForest {
    fn score(&self, data: &Matrix, stop: Stop<'_>) -> Result<Vec<f64>, DetectorError> {
        check_columns(data, self.columns)?;
        let missing = data.first_missing();
        let counted = missing.map(|_| self.counted.get_or_init(|| self.trees.training_rows()));
        let counted = counted.map_or(&[][..], Vec::as_slice);
        let walks = data.rows().saturating_mul(self.trees.len());
        let threads = self.threads.min(1 + walks / WALKS_PER_THREAD);
        let mut scores = vec![0.0; data.rows()];
        let blocks = data.values().chunks(BLOCK_ROWS * self.columns);
        let blocks = blocks.zip(scores.chunks_mut(BLOCK_ROWS));
        parallel::try_for_each(threads, blocks, |(values, scores)| {
            stop.check()?;
            for (row, score) in values.chunks_exact(self.columns).zip(scores) {
                *score = self.score_row(row, counted);
            }
            Ok(())
        })?;
        Ok(scores)
    }

    fn save(&self) -> Vec<u8> {
        state::write(self)
    }
}
