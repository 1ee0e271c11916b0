//! How trees grow (Liu et al. 2008, algorithms 1 and 2).

use super::random::Generator;
use super::sample::{Sampler, draw_features};
use super::settings::{Settings, depth_limit};
use super::tree::{TreeBuilder, Trees};
use crate::Matrix;

/// One tree for each of `seeds`.
pub(super) fn grow(training: &Matrix, settings: &Settings, seeds: &[u64]) -> Trees {
    let mut trees = Trees::default();
    let mut sampler = Sampler::new(training.rows());
    let mut rows = Vec::with_capacity(settings.samples as usize);
    let mut features = Vec::new();
    let mut spill = vec![&[][..]; settings.samples as usize];
    #[expect(clippy::cast_possible_truncation, reason = "`Settings` allows no more columns")]
    let columns = training.columns() as u32;
    for seed in seeds {
        let mut generator = Generator::new(*seed);
        draw_features(&mut generator, &mut features, columns, settings.features);
        let picks = sampler.draw(&mut generator, settings.samples as usize, settings.bootstrap);
        rows.clear();
        rows.extend(picks.iter().filter_map(|row| training.row(*row)));
        trees.push_tree(|tree| {
            let candidates = features.len();
            let depth_limit = depth_limit(settings.samples);
            let mut branch =
                Branch { tree, generator, features: &mut features, spill: &mut spill, depth_limit };
            branch.grow(&mut rows, candidates, 0);
        });
    }
    trees
}

/// A tree and what it takes to grow it.
struct Branch<'a, 'b, 'c> {
    tree: &'a mut TreeBuilder<'b>,
    generator: Generator,
    /// Columns to cut. Each call of `grow` reorders only as many at the front as it was given
    /// candidates, and those behind are constant throughout its rows.
    features: &'a mut [u32],
    /// Room for as many rows as there are.
    spill: &'a mut [&'c [f64]],
    depth_limit: u32,
}

impl<'c> Branch<'_, '_, 'c> {
    /// Grows the tree over `rows`, which it reorders, below `depth` cuts. The depth limit keeps
    /// the recursion within 32 calls.
    fn grow(&mut self, rows: &mut [&'c [f64]], candidates: usize, depth: u32) {
        let cut = match rows.len() > 1 && depth < self.depth_limit {
            true => self.cut(rows, candidates),
            false => None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "`Settings::samples` is a u32")]
        let place = self.tree.leaf(rows.len() as u32, depth);
        if let Some((feature, threshold, candidates)) = cut {
            let (left, right) = partition(rows, self.spill, feature, threshold);
            self.grow(left, candidates, depth + 1);
            self.tree.split(place, feature, threshold);
            self.grow(right, candidates, depth + 1);
        }
    }

    /// A random column that is not constant, a random threshold within its range, and the number
    /// of columns not yet known to be constant. `None` where all rows are equal.
    fn cut(&mut self, rows: &[&[f64]], mut candidates: usize) -> Option<(u32, f64, usize)> {
        while candidates > 0 {
            let place = self.generator.below(candidates);
            let feature = *self.features.get(place)?;
            let (low, high) = range(rows, feature);
            if low < high {
                return Some((feature, self.generator.between(low, high), candidates));
            }
            candidates -= 1;
            self.features.swap(place, candidates);
        }
        None
    }
}

/// Least and greatest value of a column.
fn range(rows: &[&[f64]], feature: u32) -> (f64, f64) {
    let values = rows.iter().filter_map(|row| row.get(feature as usize).copied());
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    })
}

/// Moves the rows whose value is at most the threshold to the front and parts them from the
/// rest. Writes every row to both sides and advances one of them: a branch on the values, which
/// are random, would be mispredicted every other time.
#[expect(clippy::indexing_slicing, reason = "left + right = place < rows ≤ room in the spill")]
fn partition<'a, 'c>(
    rows: &'a mut [&'c [f64]],
    spill: &mut [&'c [f64]],
    feature: u32,
    threshold: f64,
) -> (&'a mut [&'c [f64]], &'a mut [&'c [f64]]) {
    let (mut left, mut right) = (0, 0);
    for place in 0..rows.len() {
        let row = rows[place];
        let goes_left = row.get(feature as usize).is_some_and(|value| *value <= threshold);
        rows[left] = row;
        spill[right] = row;
        left += usize::from(goes_left);
        right += usize::from(!goes_left);
    }
    let (front, back) = rows.split_at_mut(left);
    back.copy_from_slice(&spill[..right]);
    (front, back)
}
