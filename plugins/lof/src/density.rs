//! How densely rows lie.

use pynomaly_sdk::math;
use pynomaly_sdk::neighbors::{Neighbor, Neighbors, Tree};

/// What scikit-learn adds to a mean distance, so that it can divide by it.
const NOT_ZERO: f64 = 1e-10;

/// What is known of each training row.
#[derive(Debug, Default)]
pub(crate) struct Densities {
    /// Distance to the farthest of its neighbours.
    pub(crate) reaches: Vec<f64>,
    /// Local reachability density.
    pub(crate) densities: Vec<f64>,
    /// The least mean reachability distance of a training row that is above 0.
    pub(crate) floor: f64,
}

impl Densities {
    /// Of training rows, each with `count` others for neighbours; with their outlier factors.
    #[expect(clippy::cast_possible_truncation, reason = "far fewer than 2^32 rows fit in memory")]
    pub(crate) fn new(
        columns: usize,
        values: &[f64],
        tree: &Tree,
        count: usize,
    ) -> (Self, Vec<f64>) {
        let mut neighbors = Neighbors::new(count);
        let search = |(row, values)| {
            neighbors.leave_out(row as u32);
            tree.search(values, &mut neighbors);
            neighbors.found().to_vec()
        };
        let found: Vec<_> = values.chunks_exact(columns).enumerate().map(search).collect();
        let reach = |found: &Vec<Neighbor>| found.last().map_or(f64::MAX, |it| it.distance.sqrt());
        let mut known = Self { reaches: found.iter().map(reach).collect(), ..Self::default() };
        let means: Vec<_> = found.iter().map(|found| known.mean_reach(found)).collect();
        known.floor = least_above_zero(&means);
        known.densities = means.into_iter().map(|mean| known.density(mean)).collect();
        let rows = found.iter().zip(&known.densities);
        let scores = rows.map(|(found, density)| known.factor(found, *density)).collect();
        (known, scores)
    }

    /// The mean reachability distance from a row to what was found near it: a neighbour is never
    /// taken to be nearer than its own neighbours reach.
    pub(crate) fn mean_reach(&self, found: &[Neighbor]) -> f64 {
        let reach = |it: &Neighbor| it.distance.sqrt().max(of(&self.reaches, it));
        mean(found.iter().map(reach)).unwrap_or(f64::MAX)
    }

    /// How dense a neighbourhood of this mean reachability distance is. Among more equal rows
    /// than there are neighbours the distance is 0, and the density would be infinite: it counts
    /// as the density of the densest other training row instead.
    pub(crate) fn density(&self, mean_reach: f64) -> f64 {
        let mean_reach = if mean_reach > 0.0 { mean_reach } else { self.floor };
        1.0 / (mean_reach + NOT_ZERO)
    }

    /// The local outlier factor of a row of this density.
    pub(crate) fn factor(&self, found: &[Neighbor], density: f64) -> f64 {
        let ratio = |it: &Neighbor| of(&self.densities, it) / density;
        math::finite(mean(found.iter().map(ratio)).unwrap_or(f64::MAX))
    }
}

fn of(values: &[f64], neighbor: &Neighbor) -> f64 {
    values.get(neighbor.row as usize).copied().unwrap_or_default()
}

/// `None` of nothing: no neighbour is at a distance that can be squared.
#[expect(clippy::cast_precision_loss, reason = "a number of neighbours")]
fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.fold(0.0, |sum, value| sum + value) / count as f64)
}

/// 1 where there is none: then all rows are equal.
fn least_above_zero(values: &[f64]) -> f64 {
    let least = values.iter().filter(|it| **it > 0.0).copied().fold(f64::MAX, f64::min);
    if least < f64::MAX { least } else { 1.0 }
}
