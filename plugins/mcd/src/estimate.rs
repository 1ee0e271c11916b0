//! Mean and covariance of some rows, and the distances of all rows by them.

use pynomaly_sdk::kernels::{self, LANES};
use pynomaly_sdk::{eigen, math};

/// A variance so small, relative to the greatest, is none.
const NULL: f64 = 1e-10;

/// Rows, in two layouts.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: usize,
    values: Vec<f64>,
    /// [`LANES`] rows together, column after column; the last are filled up with zeros.
    blocks: Vec<[f64; LANES]>,
}

impl Rows {
    /// Of at least one column.
    pub(crate) fn new(columns: usize, values: Vec<f64>) -> Self {
        let blocks = kernels::blocks(columns, &values, 0.0);
        Self { columns, values, blocks }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Those at these indices.
    pub(crate) fn subset(&self, chosen: &[u32]) -> Self {
        Self::new(self.columns, self.chosen(chosen).flatten().copied().collect())
    }

    /// Each column of those at these indices.
    fn columns_of(&self, chosen: &[u32]) -> Vec<Vec<f64>> {
        let mut columns = vec![vec![0.0; chosen.len()]; self.columns];
        let value = |start: usize| self.values.get(start).copied().unwrap_or_default();
        let (groups, rest) = chosen.as_chunks::<LANES>();
        for (place, group) in groups.iter().enumerate() {
            let starts = group.map(|row| row as usize * self.columns);
            for (column, to) in columns.iter_mut().enumerate() {
                let run = to.as_chunks_mut::<LANES>().0.get_mut(place);
                let lanes = run.into_iter().flatten().zip(&starts);
                lanes.for_each(|(to, start)| *to = value(start + column));
            }
        }
        for (column, to) in columns.iter_mut().enumerate() {
            let last = to.as_chunks_mut::<LANES>().1.iter_mut().zip(rest);
            last.for_each(|(to, row)| *to = value(*row as usize * self.columns + column));
        }
        columns
    }

    fn chosen<'a>(&'a self, chosen: &'a [u32]) -> impl Iterator<Item = &'a [f64]> {
        chosen.iter().filter_map(|row| self.values.chunks_exact(self.columns).nth(*row as usize))
    }
}

/// Mean and covariance.
#[derive(Debug, Clone)]
pub(crate) struct Estimate {
    pub(crate) location: Vec<f64>,
    /// Vectors whose squared products with a row less `location` add up to its squared
    /// Mahalanobis distance. Missing entries at their ends are 0.
    pub(crate) axes: Vec<Vec<f64>>,
    /// Logarithm of the covariance's determinant; -∞ if the rows lie on a plane.
    pub(crate) log_determinant: f64,
}

impl Estimate {
    /// Of the rows at these indices. Directions without variance have no part in distances.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn of(rows: &Rows, chosen: &[u32]) -> Self {
        let count = chosen.len().max(1) as f64;
        let mut columns = rows.columns_of(chosen);
        let location: Vec<_> = columns.iter().map(|it| kernels::sum(it) / count).collect();
        for (column, mean) in columns.iter_mut().zip(&location) {
            column.iter_mut().for_each(|value| *value -= mean);
        }
        let covariance: Vec<f64> =
            kernels::products(&columns).into_iter().map(|product| product / count).collect();
        let (axes, log_determinant) =
            inverse_root(rows.columns, &covariance).unwrap_or_else(|| {
                (inverse_root_on_plane(rows.columns, &covariance), f64::NEG_INFINITY)
            });
        Self { location, axes, log_determinant }
    }

    /// Squared Mahalanobis distances of all rows.
    pub(crate) fn distances(&self, rows: &Rows) -> Vec<f64> {
        let mut distances = Vec::with_capacity(rows.len() + LANES);
        let mut centered = vec![[0.0; LANES]; rows.columns];
        for block in rows.blocks.chunks_exact(rows.columns) {
            for ((centered, lanes), mean) in centered.iter_mut().zip(block).zip(&self.location) {
                centered.iter_mut().zip(lanes).for_each(|(to, value)| *to = value - mean);
            }
            let mut sums = [0.0; LANES];
            for axis in &self.axes {
                let along = products(axis, &centered);
                sums.iter_mut().zip(along).for_each(|(sum, along)| *sum += along * along);
            }
            distances.extend(sums);
        }
        distances.truncate(rows.len());
        distances
    }
}

/// The dot product of `axis` with each lane.
#[inline]
fn products(axis: &[f64], block: &[[f64; LANES]]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (entry, lanes) in axis.iter().zip(block) {
        sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += entry * lane);
    }
    sums
}

/// The rows of L⁻¹ where the covariance is L·Lᵀ (Cholesky), and the determinant's logarithm;
/// `None` if it has none.
fn inverse_root(size: usize, covariance: &[f64]) -> Option<(Vec<Vec<f64>>, f64)> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(size);
    let mut inverse: Vec<Vec<f64>> = Vec::with_capacity(size);
    let mut log_determinant = 0.0;
    for (place, entries) in covariance.chunks_exact(size).enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(size);
        for (entry, above) in entries.iter().zip(&factor) {
            row.push((entry - kernels::dot(&row, above)) / above.last()?);
        }
        let variance = entries.get(place)?;
        let rest = variance - kernels::dot(&row, &row);
        (rest > NULL * variance.max(f64::MIN_POSITIVE)).then_some(())?;
        log_determinant += math::log(rest);
        let root = rest.sqrt();
        inverse.push(next_of_inverse(&row, root, &inverse));
        row.push(root);
        factor.push(row);
    }
    Some((inverse, log_determinant))
}

/// The next row of L⁻¹, from the next row of L (`root` on the diagonal) and the rows before.
fn next_of_inverse(row: &[f64], root: f64, inverse: &[Vec<f64>]) -> Vec<f64> {
    let mut next = vec![0.0; row.len()];
    for (entry, above) in row.iter().zip(inverse) {
        next.iter_mut().zip(above).for_each(|(to, value)| *to -= entry * value);
    }
    next.push(1.0);
    next.iter_mut().for_each(|value| *value /= root);
    next
}

/// The same along the principal axes that have any variance.
fn inverse_root_on_plane(size: usize, covariance: &[f64]) -> Vec<Vec<f64>> {
    let eigen = eigen::symmetric(size, covariance);
    let least = eigen.values.first().map_or(0.0, |greatest| greatest * NULL).max(f64::MIN_POSITIVE);
    let axes = eigen.values.iter().zip(eigen.vectors.chunks_exact(size));
    let scaled = |(value, axis): (&f64, &[f64])| axis.iter().map(|it| it / value.sqrt()).collect();
    axes.take_while(|(value, _)| **value > least).map(scaled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_by_a_known_covariance() {
        let rows = Rows::new(2, vec![1.0, 0.0, -1.0, 0.0, 0.0, 2.0, 0.0, -2.0, 3.0, 4.0]);
        let estimate = Estimate::of(&rows, &[0, 1, 2, 3]);
        assert_eq!(estimate.location, [0.0, 0.0]);
        assert!(estimate.log_determinant.abs() < 1e-15);
        let distances = estimate.distances(&rows);
        for (distance, expected) in distances.iter().zip([2.0, 2.0, 2.0, 2.0, 26.0]) {
            assert!((distance - expected).abs() < 1e-12, "{distance}");
        }
    }

    #[test]
    fn both_roots_give_the_same_distances_and_a_plane_has_no_determinant() {
        let values =
            vec![1.0, 2.0, 0.5, 3.0, 1.0, 2.5, -1.0, 0.0, 1.5, 2.0, 2.0, -0.5, 0.0, 1.0, 9.0];
        let rows = Rows::new(3, values);
        let mut estimate = Estimate::of(&rows, &[0, 1, 2, 3, 4]);
        let expected = estimate.distances(&rows);
        let mean: f64 = expected.iter().sum::<f64>() / 5.0;
        assert!((mean - 3.0).abs() < 1e-12);
        estimate.axes = inverse_root_on_plane(3, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0]);
        assert_eq!(estimate.axes, [[0.0, 0.0, 0.5], [1.0, 0.0, 0.0]]);
        assert_eq!(Estimate::of(&rows, &[0, 1, 2]).log_determinant, f64::NEG_INFINITY);
        assert_eq!(Estimate::of(&rows, &[1, 1]).axes.len(), 0);
    }
}
