//! The axes along which columns vary together.

use crate::{Error, Matrix, Scale, eigen, kernels, math, scale};

/// An eigenvalue of the correlation matrix so small, relative to the greatest and for each
/// column, is rounding.
const NULL: f64 = 1e-12;

/// Means, standard deviations, and the principal axes of the standardised columns. Directions in
/// which the training rows do not vary have no axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// Of each column.
    pub means: Vec<f64>,
    /// Of each column: the root of the mean square; 0 for a constant one.
    pub deviations: Vec<f64>,
    /// Variances along the axes, descending, all above 0.
    pub variances: Vec<f64>,
    /// The axes, one after the other: as many entries each as there are columns.
    pub axes: Vec<f64>,
}

impl Principal {
    /// Those of `training`. Takes *n* · *d*² multiplications, and about 10 · *d*³ more.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a column whose values are farther apart than a number can say.
    pub fn of(training: &Matrix<'_>) -> Result<Self, Error> {
        let (Scale { means, deviations }, columns) = Scale::of(training)?;
        let known = Self { means, deviations, variances: Vec::new(), axes: Vec::new() };
        Ok(known.with_axes(&correlations(&columns)))
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    fn with_axes(mut self, correlations: &[f64]) -> Self {
        let columns = self.means.len();
        let eigen = eigen::symmetric(columns, correlations);
        let greatest = eigen.values.first().copied().unwrap_or_default();
        let least = greatest * NULL * columns as f64;
        let rank = eigen.values.iter().take_while(|value| **value > least).count();
        self.variances = eigen.values.into_iter().take(rank).collect();
        self.axes = eigen.vectors.into_iter().take(rank * columns).collect();
        self
    }

    /// Puts the standardised values of `row` into `out`; 0 for a constant column.
    pub fn standardize(&self, row: &[f64], out: &mut Vec<f64>) {
        scale::standardize_row(row, &self.means, &self.deviations, out);
    }

    /// Coordinates along the axes of a standardised row, in standard deviations.
    pub fn coordinates(&self, standardized: &[f64]) -> impl Iterator<Item = f64> {
        let axes = self.axes.chunks_exact(self.means.len().max(1)).zip(&self.variances);
        axes.map(move |(axis, variance)| kernels::dot(axis, standardized) / variance.sqrt())
    }

    /// Visits all rows, `N` at a time, by their standardised values and their coordinates along the
    /// axes: `visit(standardized, coordinates, rows)` with the number of rows that are there. Each
    /// has the bits that [`standardize`](Self::standardize) and [`coordinates`](Self::coordinates)
    /// give.
    #[inline]
    pub fn each_block<const N: usize>(
        &self,
        rows: &Matrix<'_>,
        mut visit: impl FnMut(&[[f64; N]], &[[f64; N]], usize),
    ) {
        let roots: Vec<f64> = self.variances.iter().map(|variance| variance.sqrt()).collect();
        let mut coordinates = vec![[0.0; N]; roots.len()];
        kernels::each_block::<N>(rows, |block, count| {
            for ((lanes, mean), deviation) in
                block.iter_mut().zip(&self.means).zip(&self.deviations)
            {
                for lane in lanes {
                    let distance = math::finite((*lane - mean) / deviation);
                    *lane = if *deviation > 0.0 { distance } else { 0.0 };
                }
            }
            let axes = self.axes.chunks_exact(self.means.len().max(1)).zip(&roots);
            for (to, (axis, root)) in coordinates.iter_mut().zip(axes) {
                *to = kernels::dots(axis, block).map(|product| product / root);
            }
            visit(block, &coordinates, count);
        });
    }

    /// Whether all parts fit each other, as those read from a state may not.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let positive = |it: &f64| it.is_finite() && *it > 0.0;
        self.means.len() == self.deviations.len()
            && self.variances.len().checked_mul(self.means.len()) == Some(self.axes.len())
            && self.means.iter().chain(&self.axes).all(|it| it.is_finite())
            && self.deviations.iter().all(|it| *it == 0.0 || positive(it))
            && self.variances.iter().all(positive)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn correlations(columns: &[Vec<f64>]) -> Vec<f64> {
    let rows = columns.first().map_or(1.0, |column| column.len() as f64);
    kernels::products(columns).into_iter().map(|product| product / rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_and_repeated_columns_have_no_axis() {
        let rows = [1.0, 5.0, 2.0, 2.0, 5.0, 4.0, 3.0, 5.0, 6.0];
        let principal = Principal::of(&Matrix::new(3, &rows)).unwrap();
        assert_eq!(principal.variances.len(), 1);
        assert!(principal.is_whole());
        assert_eq!(principal.means, [2.0, 5.0, 4.0]);
        let mut standardized = Vec::new();
        principal.standardize(&rows[..3], &mut standardized);
        let coordinates: Vec<_> = principal.coordinates(&standardized).collect();
        assert!((coordinates[0] + 1.5_f64.sqrt()).abs() < 1e-12);
        let mut blocks = 0;
        principal.each_block::<2>(&Matrix::new(3, &rows), |values, along, count| {
            if blocks == 0 {
                assert_eq!(values.iter().map(|lanes| lanes[0]).collect::<Vec<_>>(), standardized);
                assert_eq!(along[0][0], coordinates[0]);
            }
            blocks += count;
        });
        assert_eq!(blocks, 3);
    }

    #[test]
    fn columns_of_any_size() {
        for size in [5e-324, 1e-200, 1e200, 1e307] {
            let rows = [0.0, size, 3.0 * size, 4.0 * size];
            assert!(Principal::of(&Matrix::new(1, &rows)).unwrap().is_whole(), "{size}");
        }
        let wide = [f64::MAX, f64::MIN, f64::MIN];
        assert!(matches!(Principal::of(&Matrix::new(1, &wide)), Err(Error::InvalidInput(_))));
    }
}
