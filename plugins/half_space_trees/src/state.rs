//! The state: seeds and leaves; the trees follow from them.

use crate::model::{HalfSpaceTrees, Tree};
use crate::space::Extent;
use crate::{Detect, Options};
use pynomaly_sdk::prelude::*;
use std::ops::RangeInclusive;

impl HalfSpaceTrees {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        let Options { n_trees, height, window_size } = self.options;
        [n_trees, height, window_size].iter().for_each(|it| state.integer(u64::from(*it)));
        state.integer(self.seed);
        state.numbers(&self.extents.iter().map(|it| it.low).collect::<Vec<_>>());
        state.numbers(&self.extents.iter().map(|it| it.high).collect::<Vec<_>>());
        for leaves in self.trees.iter().flat_map(|tree| [&tree.reference, &tree.latest]) {
            state.integer(leaves.len() as u64);
            leaves.iter().for_each(|leaf| state.integer(u64::from(*leaf)));
        }
        state.finish()
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let options = Options {
            n_trees: option(&mut state, 1..=200)?,
            height: option(&mut state, 1..=20)?,
            window_size: option(&mut state, 2..=10_000)?,
        };
        let seed = state.integer()?;
        let (lows, highs) = (state.numbers()?, state.numbers()?);
        let of_trees = (0..options.n_trees).map(|_| tree(&mut state, options));
        let trees = of_trees.collect::<Result<Vec<_>, _>>()?;
        state.finish()?;
        let extents: Vec<_> =
            lows.iter().zip(&highs).map(|(low, high)| Extent { low: *low, high: *high }).collect();
        let are_sane = |it: &Extent| it.low.is_finite() && it.high.is_finite() && it.low <= it.high;
        if lows.is_empty() || lows.len() != highs.len() || !extents.iter().all(are_sane) {
            return Err(state::bad("the columns have no extent"));
        }
        let lengths = |tree: &Tree| (tree.reference.len(), tree.latest.len());
        if trees.windows(2).any(|two| two.first().map(lengths) != two.last().map(lengths)) {
            return Err(state::bad("the trees have not learnt the same number of rows"));
        }
        Ok(Self { options, seed, extents, trees })
    }
}

fn option(state: &mut state::Reader<'_>, range: RangeInclusive<u32>) -> Result<u32, Error> {
    let value = u32::try_from(state.integer()?).ok().filter(|it| range.contains(it));
    value.ok_or_else(|| state::bad("an option is out of range"))
}

fn tree(state: &mut state::Reader<'_>, options: Options) -> Result<Tree, Error> {
    let window = options.window_size as usize;
    let reference = leaves(state, options.height, window)?;
    let latest = leaves(state, options.height, window - 1)?;
    if reference.is_empty() || !reference.is_sorted() {
        return Err(state::bad("the leaves are not in order"));
    }
    Ok(Tree { reference, latest })
}

fn leaves(state: &mut state::Reader<'_>, height: u32, most: usize) -> Result<Vec<u32>, Error> {
    let leaf = |word: u64| u32::try_from(word).ok().filter(|leaf| leaf >> height == 0);
    let count = state.count(most)?;
    let leaves =
        (0..count).map(|_| leaf(state.integer()?).ok_or_else(|| state::bad("no such leaf")));
    leaves.collect()
}
