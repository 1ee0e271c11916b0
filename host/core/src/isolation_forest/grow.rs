//! How trees grow (Liu et al. 2008, algorithms 1 and 2).

use super::plan::TreePlan;
use super::sample::{Sampler, draw_features};
use super::settings::{Settings, depth_limit};
use super::tree::{TreeBuilder, Trees};
use crate::random::Generator;
use crate::{DetectorError, Matrix, Stop};

/// Nodes that room is made for before growing; a default forest has fewer. Growing the room as
/// needed would leave behind, in the allocator's hands, as much again.
const RESERVED_NODES_MAX: usize = 1 << 16;

/// Rows that may be cut between two questions to `stop`: asking costs more than a small tree.
const ROWS_PER_STOP: usize = 1 << 12;

/// One tree for each of `plans`; every [`ROWS_PER_STOP`] rows, `stop` is asked.
pub(super) fn grow<'p>(
    training: &Matrix,
    settings: &Settings,
    plans: impl Iterator<Item = TreePlan<'p>>,
    stop: Stop<'_>,
) -> Result<Trees, DetectorError> {
    let nodes = plans.size_hint().0.saturating_mul(2 * settings.samples as usize);
    let mut trees = Trees::with_capacity(nodes.min(RESERVED_NODES_MAX));
    let mut sampler = Sampler::new(training.rows());
    let mut rows = Vec::with_capacity(settings.samples as usize);
    let mut features = Vec::new();
    let mut spill = vec![&[][..]; settings.samples as usize];
    #[expect(clippy::cast_possible_truncation, reason = "`Settings` allows no more columns")]
    let columns = training.columns() as u32;
    let has_missing = training.first_missing().is_some();
    let mut rows_cut = ROWS_PER_STOP;
    for plan in plans {
        if rows_cut >= ROWS_PER_STOP {
            stop.check()?;
            rows_cut = 0;
        }
        rows_cut += settings.samples as usize;
        let mut generator = Generator::new(plan.seed);
        draw_features(&mut generator, &mut features, columns, settings.features);
        let picks = sampler.draw(&mut generator, settings.samples as usize, settings.bootstrap);
        rows.clear();
        rows.extend(picks.iter().filter_map(|row| training.row(*row)));
        trees.push_tree(|tree| {
            let candidates = features.len();
            let mut branch = Branch {
                tree,
                plan,
                generator,
                features: &mut features,
                spill: &mut spill,
                depth_limit: depth_limit(settings.samples),
                has_missing,
            };
            branch.grow(&mut rows, candidates, 1);
        });
    }
    Ok(trees)
}

/// A tree and what it takes to grow it.
struct Branch<'a, 'b, 'c, 'p> {
    tree: &'a mut TreeBuilder<'b>,
    plan: TreePlan<'p>,
    generator: Generator,
    /// Columns to cut. Each call of `grow` reorders only as many at the front as it was given
    /// candidates, and those behind are constant throughout its rows.
    features: &'a mut [u32],
    /// Room for as many rows as there are.
    spill: &'a mut [&'c [f64]],
    depth_limit: u32,
    /// Whether any training row has a missing value.
    has_missing: bool,
}

impl<'c> Branch<'_, '_, 'c, '_> {
    /// Grows the tree over `rows`, which it reorders, at `slot` of a binary tree: 1 is the root,
    /// 2i and 2i + 1 are the children of i. The depth limit keeps the recursion within 32 calls.
    fn grow(&mut self, rows: &mut [&'c [f64]], candidates: usize, slot: u64) {
        let depth = slot.ilog2();
        let cut = match rows.len() > 1 && depth < self.depth_limit {
            true => self.cut(rows, candidates, slot),
            false => None,
        };
        #[expect(clippy::cast_possible_truncation, reason = "`Settings::samples` is a u32")]
        let place = self.tree.leaf(rows.len() as u32, depth);
        if let Some((feature, threshold, candidates)) = cut {
            let (left, right) = self.part(rows, feature, threshold);
            self.grow(left, candidates, 2 * slot);
            self.tree.split(place, feature, threshold);
            self.grow(right, candidates, 2 * slot + 1);
        }
    }

    /// The rows on either side of a cut. Those without a value of the column go where most of the
    /// others go, to the left if both sides have as many.
    fn part<'a>(
        &mut self,
        rows: &'a mut [&'c [f64]],
        feature: u32,
        threshold: f64,
    ) -> (&'a mut [&'c [f64]], &'a mut [&'c [f64]]) {
        let value = |row: &[f64]| row.get(feature as usize).copied();
        let is_left = |row: &[f64]| value(row).is_some_and(|value| value <= threshold);
        if !self.has_missing {
            return partition(rows, self.spill, is_left);
        }
        let is_missing = |row: &[f64]| value(row).is_none_or(f64::is_nan);
        let left = rows.iter().filter(|row| is_left(row)).count();
        let present = rows.iter().filter(|row| !is_missing(row)).count();
        let missing_left = left >= present - left;
        partition(rows, self.spill, |row| if is_missing(row) { missing_left } else { is_left(row) })
    }

    /// A random column that is not constant, a random threshold within its range, and the number
    /// of columns not yet known to be constant. `None` where all rows are equal.
    fn cut(
        &mut self,
        rows: &[&[f64]],
        mut candidates: usize,
        slot: u64,
    ) -> Option<(u32, f64, usize)> {
        let mut unit = self.spread_unit(slot);
        while candidates > 0 {
            let (place, rest) = choice(unit, candidates);
            let feature = *self.features.get(place)?;
            let (low, high) = range(rows, feature);
            if low < high {
                return Some((feature, between(low, high, rest), candidates));
            }
            candidates -= 1;
            self.features.swap(place, candidates);
            unit = self.generator.unit();
        }
        None
    }

    /// A number in `[0, 1]`: in the tree's own stratum, if it has one for `slot`.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 trees")]
    fn spread_unit(&mut self, slot: u64) -> f64 {
        let unit = self.generator.unit();
        let stratum = usize::try_from(slot).ok().and_then(|slot| self.plan.strata.get(slot));
        stratum.map_or(unit, |stratum| (f64::from(*stratum) + unit) / self.plan.trees as f64)
    }
}

/// One number for both: a choice out of `count`, and where `unit` lies within that choice's share
/// of `[0, 1]`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the place of a column"
)]
fn choice(unit: f64, count: usize) -> (usize, f64) {
    let scaled = unit * count as f64;
    let place = (scaled as usize).min(count - 1);
    (place, scaled - place as f64)
}

/// The number at `unit` of the way, in `[low, high)` for finite `low < high`, however far apart.
pub(super) fn between(low: f64, high: f64, unit: f64) -> f64 {
    let number = low * (1.0 - unit) + high * unit;
    // Rounding may step out of the interval.
    if number >= low && number < high { number } else { low }
}

/// Least and greatest value of a column; missing ones do not count.
pub(super) fn range(rows: &[&[f64]], feature: u32) -> (f64, f64) {
    let values = rows.iter().filter_map(|row| row.get(feature as usize).copied());
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    })
}

/// Moves the rows that go to the left to the front and parts them from the rest. Writes every row
/// to both sides and advances one of them: a branch on the values, which are random, would be
/// mispredicted every other time.
#[expect(clippy::indexing_slicing, reason = "left + right = place < rows ≤ room in the spill")]
fn partition<'a, 'c>(
    rows: &'a mut [&'c [f64]],
    spill: &mut [&'c [f64]],
    is_left: impl Fn(&[f64]) -> bool,
) -> (&'a mut [&'c [f64]], &'a mut [&'c [f64]]) {
    let (mut left, mut right) = (0, 0);
    for place in 0..rows.len() {
        let row = rows[place];
        let goes_left = is_left(row);
        rows[left] = row;
        spill[right] = row;
        left += usize::from(goes_left);
        right += usize::from(!goes_left);
    }
    let (front, back) = rows.split_at_mut(left);
    back.copy_from_slice(&spill[..right]);
    (front, back)
}
