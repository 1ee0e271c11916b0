//! Scoring: where rows end up in the trees.
//!
//! **Invariant**: a row's path lengths are added in the order of the trees, one at a time, so its
//! score has the same bits on every path, alone or in a batch, on any thread.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod missing;
mod nodes;
mod slots;

pub(super) use missing::Counted;

use super::forest::Forest;
use super::perfect::Perfect;

/// A way to walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    /// From node to node: any forest.
    Nodes,
    /// Over the slots of the padded form.
    Slots,
    /// The same, eight lots of four rows at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// The same, eight lots of eight rows at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Path {
    /// The ways that `forest` and this processor have, slowest first.
    pub(super) fn available(forest: &Forest) -> Vec<Self> {
        let mut paths = vec![Self::Nodes];
        if let Some(perfect) = forest.perfect() {
            paths.push(Self::Slots);
            #[cfg(target_arch = "x86_64")]
            {
                paths.extend(avx2::fits(perfect).then_some(Self::Avx2));
                paths.extend(avx512::fits(perfect).then_some(Self::Avx512));
            }
        }
        paths
    }

    /// The fastest way.
    pub(super) fn best(forest: &Forest) -> Self {
        Self::available(forest).last().copied().unwrap_or(Self::Nodes)
    }
}

/// Adds to each of `sums` the path lengths of its row of `values`. A path that is not available
/// is replaced by one that is.
pub(super) fn add_path_lengths(forest: &Forest, path: Path, values: &[f64], sums: &mut [f64]) {
    match forest.perfect() {
        Some(perfect) if path != Path::Nodes => {
            let done = add_in_lanes(perfect, path, values, sums);
            let values = values.get(done * forest.columns()..).unwrap_or_default();
            slots::add(perfect, values, sums.get_mut(done..).unwrap_or_default());
        }
        _ => nodes::add(forest, values, sums),
    }
}

/// As [`add_path_lengths`], for as many rows as fill the lanes; how many those were.
#[cfg(target_arch = "x86_64")]
fn add_in_lanes(perfect: &Perfect, path: Path, values: &[f64], sums: &mut [f64]) -> usize {
    match path {
        Path::Avx2 => avx2::add(perfect, values, sums),
        Path::Avx512 => avx512::add(perfect, values, sums),
        _ => 0,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn add_in_lanes(_: &Perfect, _: Path, _: &[f64], _: &mut [f64]) -> usize {
    0
}
