//! Centres of clusters, and which clusters are large.

use pynomaly_sdk::kernels::{self, Number};

/// Centres whose distances are computed together: as many as there are by default.
const LANES: usize = 8;

/// Centres, [`LANES`] together.
#[derive(Debug, Clone)]
pub(crate) struct Blocks<T> {
    columns: usize,
    /// Column after column; the last block is filled up with infinitely distant centres.
    blocks: Vec<[T; LANES]>,
}

impl<T: Number> Blocks<T> {
    /// Squared distances from `row` to the centres, [`LANES`] at a time: to infinite ones behind
    /// them.
    fn squared_distances(&self, row: &[T]) -> impl Iterator<Item = [T; LANES]> {
        let blocks = self.blocks.chunks_exact(self.columns);
        blocks.map(|block| kernels::squared_distances(row, block))
    }

    /// Which centre is nearest, of equally distant ones the first, and the distances to it and to
    /// the next one, which is infinite where there is none.
    pub(crate) fn two_nearest(&self, row: &[T]) -> (usize, [f64; 2]) {
        let (mut place, mut nearest, mut next) = (0, T::INFINITY, T::INFINITY);
        for (first, distances) in (0..).step_by(LANES).zip(self.squared_distances(row)) {
            for (lane, distance) in distances.into_iter().enumerate() {
                let is_nearer = distance < nearest;
                let farther = if is_nearer { nearest } else { distance };
                next = if farther < next { farther } else { next };
                nearest = if is_nearer { distance } else { nearest };
                place = if is_nearer { first + lane } else { place };
            }
        }
        (place, [nearest.into().sqrt(), next.into().sqrt()])
    }
}

/// Centres, one after the other and [`LANES`] together.
#[derive(Debug, Clone)]
pub(crate) struct Centers {
    columns: usize,
    values: Vec<f64>,
    blocks: Blocks<f64>,
}

impl Centers {
    /// Of at least one column.
    pub(crate) fn new(columns: usize, values: Vec<f64>) -> Self {
        let blocks = kernels::blocks(columns, &values, f64::INFINITY);
        Self { columns, values, blocks: Blocks { columns, blocks } }
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn count(&self) -> usize {
        self.values.len() / self.columns
    }

    /// As many others.
    pub(crate) fn with(&self, values: Vec<f64>) -> Self {
        Self::new(self.columns, values)
    }

    /// Each centre by itself.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.columns)
    }

    /// The same places in single precision, as seen from `origin`.
    #[expect(clippy::cast_possible_truncation, reason = "half the digits are wanted")]
    pub(crate) fn near(&self, origin: &[f64]) -> Blocks<f32> {
        let from = origin.iter().cycle();
        let values: Vec<f32> = self.values.iter().zip(from).map(|(a, b)| (a - b) as f32).collect();
        let blocks = kernels::blocks(self.columns, &values, f32::INFINITY);
        Blocks { columns: self.columns, blocks }
    }

    /// Which centre is nearest; of equally distant ones the first.
    pub(crate) fn nearest(&self, row: &[f64]) -> usize {
        self.two_nearest(row).0
    }

    /// The same, and the distances to it and to the next one, which is infinite where there is none.
    pub(crate) fn two_nearest(&self, row: &[f64]) -> (usize, [f64; 2]) {
        self.blocks.two_nearest(row)
    }

    /// Distances from each centre to the one at its place among `others`.
    pub(crate) fn distances_to(&self, others: &Self) -> impl Iterator<Item = f64> + Clone {
        self.iter().zip(others.iter()).map(|(a, b)| distance(a, b))
    }

    /// The distance to the nearest centre.
    pub(crate) fn distance(&self, row: &[f64]) -> f64 {
        let mut nearest = f64::INFINITY;
        for distances in self.blocks.squared_distances(row) {
            for distance in distances {
                nearest = if distance < nearest { distance } else { nearest };
            }
        }
        nearest.sqrt()
    }
}

/// With the bits of the distances to all centres at once.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b)).sqrt()
}

/// Which clusters are large, for sizes in descending order: those up to the first place where
/// they hold `alpha` of all rows and the next one is `beta` times smaller; up to the first where
/// one of both is so, if both never are; and all of them, if neither ever is.
#[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
pub(crate) fn large(sizes: &[usize], alpha: f64, beta: f64) -> usize {
    let rows = sizes.iter().sum::<usize>() as f64;
    let mut held = 0;
    let places: Vec<(bool, bool)> = sizes
        .windows(2)
        .map(|pair| {
            let (size, next) = (pair.first().unwrap_or(&0), pair.last().unwrap_or(&0));
            held += size;
            (held as f64 >= rows * alpha, *size as f64 >= beta * *next as f64)
        })
        .collect();
    let first = |is_it: fn(&(bool, bool)) -> bool| places.iter().position(is_it);
    let place = first(|it| it.0 && it.1).or(first(|it| it.0)).or(first(|it| it.1));
    place.map_or(sizes.len(), |place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_clusters_are_those_of_the_definition() {
        assert_eq!(large(&[50, 40, 5, 5], 0.9, 5.0), 2);
        assert_eq!(large(&[50, 30, 15, 5], 0.9, 5.0), 3);
        assert_eq!(large(&[50, 8, 8, 8, 8, 8], 0.95, 5.0), 1);
        assert_eq!(large(&[20; 5], 0.9, 5.0), 5);
        assert_eq!(large(&[7], 0.9, 5.0), 1);
    }

    #[test]
    fn the_nearest_of_many_centers() {
        let centers = Centers::new(1, (0..40).map(f64::from).collect());
        assert_eq!((centers.nearest(&[17.4]), centers.nearest(&[17.5])), (17, 17));
        assert_eq!((centers.count(), centers.distance(&[42.0])), (40, 3.0));
    }
}
