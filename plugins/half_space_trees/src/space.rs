//! How a tree halves the space. Nothing of it is kept but a seed: which column a node halves
//! follows from the node's number, and where from the way to it.

use pynomaly_sdk::splitmix::{SplitMix, below, mix};

/// Least and greatest training value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Extent {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let start = Self { low: f64::INFINITY, high: f64::NEG_INFINITY };
        values.fold(start, |it, value| Self { low: it.low.min(value), high: it.high.max(value) })
    }

    /// The value's place, 0 at the least training value and 1 at the greatest. In a column that
    /// was constant another value lies on the far side of most halvings. Halved first, so that no
    /// difference of finite values is infinite.
    pub(crate) fn place(self, value: f64) -> f64 {
        let width = self.high * 0.5 - self.low * 0.5;
        if width > 0.0 {
            return (value * 0.5 - self.low * 0.5) / width;
        }
        match value.partial_cmp(&self.low) {
            Some(std::cmp::Ordering::Less) => -1.0,
            Some(std::cmp::Ordering::Greater) => 2.0,
            _ => 0.5,
        }
    }
}

/// What one tree halves: a box around all places, wider on a random side.
pub(crate) struct Space {
    seed: u64,
    ranges: Vec<[f64; 2]>,
}

impl Space {
    pub(crate) fn new(seed: u64, columns: usize) -> Self {
        let mut generator = SplitMix::new(seed);
        let range = |_| {
            let middle = generator.unit();
            let half = 2.0 * middle.max(1.0 - middle);
            [middle - half, middle + half]
        };
        Self { seed, ranges: (0..columns).map(range).collect() }
    }

    /// The leaf, out of 2^`height`, in which these `places` lie: its first bit is the root's
    /// halving. `ranges` is room to work in.
    pub(crate) fn leaf(&self, places: &[f64], height: u32, ranges: &mut Vec<[f64; 2]>) -> u32 {
        ranges.clone_from(&self.ranges);
        let mut node = 1_u32;
        for _ in 0..height {
            let column = below(mix(self.seed ^ u64::from(node)), places.len());
            let place = places.get(column).copied().unwrap_or_default();
            let is_upper = ranges.get_mut(column).is_some_and(|range| halve(range, place));
            node = node * 2 + u32::from(is_upper);
        }
        node - (1 << height)
    }
}

/// Keeps the half in which `place` lies; whether it is the upper one.
fn halve(range: &mut [f64; 2], place: f64) -> bool {
    let [low, high] = *range;
    let middle = (low + high) * 0.5;
    let is_upper = place >= middle;
    *range = if is_upper { [middle, high] } else { [low, middle] };
    is_upper
}
