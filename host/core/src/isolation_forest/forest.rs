//! The fitted model.

use super::path_length::average_path_length;
use super::perfect::Perfect;
use super::plan::Plan;
use super::settings::Settings;
use super::tree::Trees;
use super::walk::{self, Counted, Path};
use super::{grow, parallel};
use crate::{DetectorError, Matrix, Stop};
use std::borrow::Cow;
use std::sync::OnceLock;

/// What keeps another thread busy for some hundred microseconds, long enough to be worth
/// starting: this many rows drawn by trees.
const DRAWS_PER_THREAD: usize = 4_000;
/// As above: this many walks of a row through a tree.
const WALKS_PER_THREAD: usize = 50_000;
/// Rows are scored in blocks of about this many bytes, which stay in the first-level cache while
/// tree after tree passes over them.
const BLOCK_BYTES: usize = 32 * 1024;
/// Blocks are a whole multiple of this many rows, the most that any path has in flight.
const BLOCK_ROWS: usize = 64;

/// A fitted isolation forest.
#[derive(Debug, Clone)]
pub struct Forest {
    columns: usize,
    samples: u32,
    count: usize,
    shape: Shape,
    threads: usize,
    /// Made when the first missing value is scored.
    counted: OnceLock<Counted>,
}

/// How the trees are kept: either way holds all there is to know.
#[derive(Debug, Clone)]
enum Shape {
    /// Padded, where the trees are shallow enough: quickest to score with.
    Padded(Perfect),
    /// Node by node.
    Deep(Trees),
}

impl Forest {
    /// Grows a forest over `training`; the same for any number of threads. `settings` come from
    /// [`Settings::resolve`] with the shape of `training`.
    pub(super) fn grow(
        training: &Matrix,
        settings: &Settings,
        seed: u64,
        threads: usize,
        stop: Stop<'_>,
    ) -> Result<Self, DetectorError> {
        let plan = Plan::new(settings, seed);
        let busy = threads.min(1 + settings.trees * settings.samples as usize / DRAWS_PER_THREAD);
        let trees = grow_shared(training, settings, &plan, busy, stop)?;
        Ok(Self::new(training.columns(), settings.samples, trees, threads))
    }

    /// A forest of `trees` that each drew `samples` rows of `columns` columns.
    pub(super) fn new(columns: usize, samples: u32, trees: Trees, threads: usize) -> Self {
        let count = trees.len();
        let shape = Perfect::new(&trees, columns).map_or(Shape::Deep(trees), Shape::Padded);
        Self { columns, samples, count, shape, threads, counted: OnceLock::new() }
    }

    /// Columns of the training rows.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows that each tree drew: ψ.
    #[must_use]
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// Node by node, whatever shape they are kept in.
    pub(super) fn trees(&self) -> Cow<'_, Trees> {
        match &self.shape {
            Shape::Padded(perfect) => Cow::Owned(perfect.to_trees()),
            Shape::Deep(trees) => Cow::Borrowed(trees),
        }
    }

    pub(super) fn perfect(&self) -> Option<&Perfect> {
        match &self.shape {
            Shape::Padded(perfect) => Some(perfect),
            Shape::Deep(_) => None,
        }
    }

    /// Scores rows that have the right columns.
    pub(super) fn score_rows(
        &self,
        data: &Matrix,
        stop: Stop<'_>,
    ) -> Result<Vec<f64>, DetectorError> {
        self.score_by(Path::best(self), data, stop)
    }

    /// Scores by a given path; the bits are those of any other.
    pub(super) fn score_by(
        &self,
        path: Path,
        data: &Matrix,
        stop: Stop<'_>,
    ) -> Result<Vec<f64>, DetectorError> {
        let row_bytes = self.columns * size_of::<f64>();
        let block = (BLOCK_BYTES / row_bytes).next_multiple_of(BLOCK_ROWS).max(BLOCK_ROWS);
        let threads =
            self.threads.min(1 + data.rows().saturating_mul(self.count) / WALKS_PER_THREAD);
        let missing = data.first_missing().map(|_| self.counted.get_or_init(|| Counted::of(self)));
        let mut scores = vec![0.0; data.rows()];
        let blocks = data.values().chunks(block * self.columns).zip(scores.chunks_mut(block));
        parallel::try_for_each(threads, blocks, |(values, scores)| {
            stop.check()?;
            // Each tree writes every sum: in memory of their own, because where neighbouring
            // blocks meet two threads would take the same cache line from each other every time.
            let mut sums = vec![0.0; scores.len()];
            walk::add_path_lengths(self, path, values, &mut sums);
            if let Some(counted) = missing {
                counted.replace(values, self.columns, &mut sums);
            }
            for (score, sum) in scores.iter_mut().zip(sums) {
                *score = self.score_of(sum);
            }
            Ok(())
        })?;
        Ok(scores)
    }

    fn score_of(&self, path_lengths: f64) -> f64 {
        score_of(path_lengths, self.samples, self.count)
    }
}

/// 2^(−E\[h\] / c(ψ)) for the sum of a row's path lengths in `trees` trees. Within (0, 1]: 1 only
/// where every bootstrapped tree has drawn a single row. Trees over ψ = 1 know nothing: 0.5.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 trees")]
pub(super) fn score_of(path_lengths: f64, samples: u32, trees: usize) -> f64 {
    let expected = average_path_length(samples) * trees as f64;
    if expected > 0.0 { libm::exp2(-path_lengths / expected) } else { 0.5 }
}

/// Grows trees in several parts for each thread, so that none waits long for another at the end.
fn grow_shared(
    training: &Matrix,
    settings: &Settings,
    plan: &Plan,
    threads: usize,
    stop: Stop<'_>,
) -> Result<Trees, DetectorError> {
    let parts = if threads > 1 { 4 * threads } else { 1 };
    let size = settings.trees.div_ceil(parts);
    let mut grown = vec![Trees::default(); settings.trees.div_ceil(size)];
    parallel::try_for_each(threads, plan.parts(size).zip(&mut grown), |(plans, part)| {
        *part = grow::grow(training, settings, plans, stop)?;
        Ok(())
    })?;
    Ok(Trees::joined(grown))
}
