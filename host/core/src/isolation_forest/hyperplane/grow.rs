//! How trees with leaning cuts grow.

use super::cut::Cutter;
use super::tree::{Term, Trees, is_missing, project};
use crate::isolation_forest::sample::{Sampler, draw_features};
use crate::isolation_forest::settings::{Settings, Variant, depth_limit};
use crate::random::Generator;
use crate::{DetectorError, Matrix, Stop};

/// Fair cuts split off little at a time, so their trees may be this many times as deep.
const FAIR_CUT_DEPTHS: u32 = 4;
/// Cuts that pass by all rows bring no row closer to a leaf: a tree ends at this many times the
/// terms that it takes without them.
const MISSES_MAX: usize = 4;

/// The greatest depth of a tree: ⌈log₂ ψ⌉, and four times that for fair cuts. At most 128, which
/// bounds the recursion.
pub(super) fn depth_max(variant: Variant, samples: u32) -> u32 {
    match variant {
        Variant::FairCut => FAIR_CUT_DEPTHS * depth_limit(samples),
        Variant::Standard | Variant::Extended { .. } => depth_limit(samples),
    }
}

/// One tree for each of `seeds`; before each, `stop` is asked.
pub(super) fn grow(
    training: &Matrix,
    settings: &Settings,
    seeds: &[u64],
    stop: Stop<'_>,
) -> Result<Trees, DetectorError> {
    let mut trees = Trees::default();
    let mut sampler = Sampler::new(training.rows());
    let mut features = Vec::new();
    #[expect(clippy::cast_possible_truncation, reason = "`Settings` allows no more columns")]
    let columns = training.columns() as u32;
    for seed in seeds {
        stop.check()?;
        let mut generator = Generator::new(*seed);
        draw_features(&mut generator, &mut features, columns, settings.features);
        let picks = sampler.draw(&mut generator, settings.samples as usize, settings.bootstrap);
        let mut rows: Vec<_> = picks.iter().filter_map(|row| training.row(*row)).collect();
        let candidates = features.len();
        let root = trees.next_root();
        let terms_max = trees.terms.len() + settings.tree_terms() * MISSES_MAX;
        let mut branch = Branch {
            trees: &mut trees,
            root,
            cutter: Cutter::new(settings.variant),
            generator,
            features: &mut features,
            depth_max: depth_max(settings.variant, settings.samples),
            terms_max,
        };
        branch.grow(&mut rows, candidates, 0);
        trees.end_tree();
    }
    Ok(trees)
}

/// A tree and what it takes to grow it.
struct Branch<'a> {
    trees: &'a mut Trees,
    root: usize,
    cutter: Cutter,
    generator: Generator,
    /// Columns to cut. Each call of `grow` reorders only as many at the front as it was given
    /// candidates, and those behind are constant throughout its rows.
    features: &'a mut [u32],
    depth_max: u32,
    /// Terms that there may be of this tree and those before it.
    terms_max: usize,
}

impl Branch<'_> {
    /// Grows the tree over `rows`, which it reorders, below `depth` cuts.
    fn grow(&mut self, rows: &mut [&[f64]], candidates: usize, depth: u32) {
        let is_open = rows.len() > 1 && depth < self.depth_max;
        let cut = is_open
            .then(|| self.cutter.cut(rows, self.features, candidates, &mut self.generator))
            .flatten();
        #[expect(clippy::cast_possible_truncation, reason = "`Settings::samples` is a u32")]
        let place = self.trees.leaf(rows.len() as u32, depth);
        let Some((threshold, candidates)) = cut else { return };
        let terms = self.trees.terms.len() + self.cutter.terms.len();
        if terms > self.terms_max {
            return;
        }
        // A random cut may pass by all rows: the empty side is a leaf for rows to come.
        let (left, right) = partition(rows, &self.cutter.terms, threshold);
        let first = self.trees.push_terms(&self.cutter.terms);
        #[expect(clippy::cast_possible_truncation, reason = "at most FOREST_TERMS_MAX terms")]
        let count = self.cutter.terms.len() as u32;
        self.grow(left, candidates, depth + 1);
        self.trees.split(self.root, place, (first, count, threshold));
        self.grow(right, candidates, depth + 1);
    }
}

/// Moves the rows on the left to the front and parts them from the rest. Those without a value of
/// a column of the cut go where most of the others go, to the left if both sides have as many.
fn partition<'a, 'c>(
    rows: &'a mut [&'c [f64]],
    terms: &[Term],
    threshold: f64,
) -> (&'a mut [&'c [f64]], &'a mut [&'c [f64]]) {
    let (mut sides, mut missing) = ([0_usize; 2], 0);
    for row in &*rows {
        let sum = project(terms, row);
        if sum.is_nan() && is_missing(terms, row) {
            missing += 1;
        } else {
            let [left, right] = &mut sides;
            *if sum > threshold { right } else { left } += 1;
        }
    }
    let [left, right] = sides;
    let missing_goes_right = missing > 0 && right > left;
    let mut left = 0;
    for place in 0..rows.len() {
        let goes_right = rows.get(place).is_some_and(|row| {
            let sum = project(terms, row);
            sum > threshold || missing_goes_right && sum.is_nan() && is_missing(terms, row)
        });
        if !goes_right {
            rows.swap(left, place);
            left += 1;
        }
    }
    rows.split_at_mut(left)
}
