//! The fitted model.

use super::grow;
use super::state;
use super::tree::{Node, Trees, project};
use crate::isolation_forest::forest::score_of;
use crate::isolation_forest::plan::Plan;
use crate::isolation_forest::settings::Settings;
use crate::isolation_forest::{check_rows, parallel};
use crate::{DetectorError, Matrix, Model, Stop};

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
}

impl HyperplaneForest {
    /// Grows a forest over `training`, which has no missing values; the same for any number of
    /// threads.
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
        Self { columns, samples, trees, threads }
    }

    fn score_row(&self, row: &[f64]) -> f64 {
        let sum = self.trees.iter().fold(0.0, |sum, tree| sum + self.path_length(tree, row));
        score_of(sum, self.samples, self.trees.len())
    }

    /// Ends because children stand behind their parents.
    fn path_length(&self, tree: &[Node], row: &[f64]) -> f64 {
        let mut place = 0;
        loop {
            match tree.get(place) {
                Some(Node::Split { first, count, threshold, right }) => {
                    let terms = *first as usize..first.saturating_add(*count) as usize;
                    let terms = self.trees.terms.get(terms).unwrap_or_default();
                    let goes_right = project(terms, row) > *threshold;
                    place = if goes_right { right.get() as usize } else { place + 1 };
                }
                Some(Node::Leaf { path_length, .. }) => return *path_length,
                None => return 0.0,
            }
        }
    }
}

impl Model for HyperplaneForest {
    fn score(&self, data: &Matrix, stop: Stop<'_>) -> Result<Vec<f64>, DetectorError> {
        check_rows(data, self.columns)?;
        let walks = data.rows().saturating_mul(self.trees.len());
        let threads = self.threads.min(1 + walks / WALKS_PER_THREAD);
        let mut scores = vec![0.0; data.rows()];
        let blocks = data.values().chunks(BLOCK_ROWS * self.columns);
        let blocks = blocks.zip(scores.chunks_mut(BLOCK_ROWS));
        parallel::try_for_each(threads, blocks, |(values, scores)| {
            stop.check()?;
            for (row, score) in values.chunks_exact(self.columns).zip(scores) {
                *score = self.score_row(row);
            }
            Ok(())
        })?;
        Ok(scores)
    }

    fn save(&self) -> Vec<u8> {
        state::write(self)
    }
}
