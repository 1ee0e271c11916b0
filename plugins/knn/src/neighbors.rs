//! The nearest rows, by comparing with every row, a block at a time.
//!
//! At 10 columns a tree visits a good part of its leaves anyway, and a straight walk over blocks
//! runs at the speed of the vector unit, metered or not (`bench/plugins.sh`).

use pynomaly_sdk::kernels::{LANES, any_below, squared_distances};

/// Training rows, [`LANES`] together, column after column. The last block is filled up with
/// infinitely distant rows.
#[derive(Debug)]
pub(crate) struct Blocks {
    columns: usize,
    lanes: Vec<[f64; LANES]>,
}

/// The least squared distances so far, ascending.
#[derive(Debug)]
pub(crate) struct Nearest(Vec<f64>);

impl Blocks {
    pub(crate) fn new(columns: usize, values: &[f64]) -> Self {
        let mut lanes = Vec::with_capacity(values.len().div_ceil(LANES) + columns);
        for rows in values.chunks(columns.saturating_mul(LANES).max(1)) {
            for column in 0..columns {
                let mut lane = [f64::INFINITY; LANES];
                let cells = rows.iter().skip(column).step_by(columns);
                lane.iter_mut().zip(cells).for_each(|(place, cell)| *place = *cell);
                lanes.push(lane);
            }
        }
        Self { columns, lanes }
    }

    /// Squared distances from `row` to its `nearest.len()` nearest rows, leaving out the one
    /// at `itself`.
    pub(crate) fn search(&self, row: &[f64], itself: Option<usize>, nearest: &mut Nearest) {
        nearest.clear();
        let own_block = itself.map(|index| index / LANES);
        for (index, block) in self.lanes.chunks_exact(self.columns).enumerate() {
            let mut distances = squared_distances(row, block);
            if own_block == Some(index) {
                let own = itself.and_then(|itself| distances.get_mut(itself % LANES));
                own.into_iter().for_each(|distance| *distance = f64::INFINITY);
            }
            if any_below(&distances, nearest.worst()) {
                distances.iter().for_each(|distance| nearest.offer(*distance));
            }
        }
    }
}

impl Nearest {
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![f64::INFINITY; count])
    }

    pub(crate) fn distances(&self) -> &[f64] {
        &self.0
    }

    fn clear(&mut self) {
        self.0.fill(f64::INFINITY);
    }

    fn worst(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// Takes `distance` in, if it is among the least.
    fn offer(&mut self, distance: f64) {
        if distance < self.worst() {
            let place = self.0.partition_point(|kept| *kept <= distance);
            if let Some(tail) = self.0.get_mut(place..) {
                tail.rotate_right(1);
                tail.iter_mut().take(1).for_each(|first| *first = distance);
            }
        }
    }
}
