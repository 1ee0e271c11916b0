//! The axes along which columns vary together.

use crate::{Error, Matrix, eigen, kernels, math};

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
        let mut columns: Vec<Vec<f64>> =
            (0..training.columns()).map(|column| training.column(column).collect()).collect();
        let (means, deviations) = columns.iter_mut().map(|it| standardize(it)).unzip();
        let known = Self { means, deviations, variances: Vec::new(), axes: Vec::new() };
        if let Some(column) = known.deviations.iter().position(|it| !it.is_finite()) {
            let message = format!("column {column} spans more than a number can hold");
            return Err(Error::InvalidInput(message));
        }
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
        out.clear();
        let columns = row.iter().zip(&self.means).zip(&self.deviations);
        out.extend(columns.map(|((value, mean), deviation)| {
            if *deviation > 0.0 { math::finite((value - mean) / deviation) } else { 0.0 }
        }));
    }

    /// Coordinates along the axes of a standardised row, in standard deviations.
    pub fn coordinates(&self, standardized: &[f64]) -> impl Iterator<Item = f64> {
        let axes = self.axes.chunks_exact(self.means.len().max(1)).zip(&self.variances);
        axes.map(move |(axis, variance)| kernels::dot(axis, standardized) / variance.sqrt())
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

/// Gives mean and deviation. The deviation is a part of the greatest distance from the mean, so
/// that no square is too large or too small.
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn standardize(values: &mut [f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let first = values.first().copied().unwrap_or_default();
    if values.iter().all(|value| *value == first) {
        values.fill(0.0);
        return (first, 0.0);
    }
    let sum = kernels::sum(values);
    let parts = || values.iter().fold(0.0, |sum, value| sum + value / count);
    let mean = if sum.is_finite() { sum / count } else { parts() };
    values.iter_mut().for_each(|value| *value -= mean);
    let farthest = values.iter().fold(0.0_f64, |farthest, value| value.abs().max(farthest));
    if !farthest.is_finite() {
        return (mean, farthest);
    }
    values.iter_mut().for_each(|value| *value /= farthest);
    let part = (kernels::dot(values, values) / count).sqrt();
    values.iter_mut().for_each(|value| *value /= part);
    let deviation = farthest * part;
    (mean, if deviation > 0.0 { deviation } else { f64::from_bits(1) })
}

#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn correlations(columns: &[Vec<f64>]) -> Vec<f64> {
    let rows = columns.first().map_or(1.0, |column| column.len() as f64);
    let row = |a: &Vec<f64>| columns.iter().map(|b| kernels::dot(a, b) / rows).collect::<Vec<_>>();
    columns.iter().flat_map(row).collect()
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
