//! Columns on one scale.

use crate::{Error, Matrix, kernels, math};

/// Means and standard deviations of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Of each column.
    pub means: Vec<f64>,
    /// Of each column: the root of the mean square; 0 for a constant one.
    pub deviations: Vec<f64>,
}

impl Scale {
    /// That of `training`, and its standardised columns: 0 throughout a constant one.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a column whose values are farther apart than a number can say.
    pub fn of(training: &Matrix<'_>) -> Result<(Self, Vec<Vec<f64>>), Error> {
        let mut columns: Vec<Vec<f64>> =
            (0..training.columns()).map(|column| kernels::column(training, column)).collect();
        let (means, deviations) = columns.iter_mut().map(|it| standardize(it)).unzip();
        let scale = Self { means, deviations };
        match scale.deviations.iter().position(|it| !it.is_finite()) {
            Some(column) => Err(Error::InvalidInput(format!(
                "column {column} spans more than a number can hold"
            ))),
            None => Ok((scale, columns)),
        }
    }

    /// Puts the standardised values of `row` into `out`; 0 for a constant column.
    pub fn apply(&self, row: &[f64], out: &mut Vec<f64>) {
        standardize_row(row, &self.means, &self.deviations, out);
    }
}

pub(crate) fn standardize_row(row: &[f64], means: &[f64], deviations: &[f64], out: &mut Vec<f64>) {
    out.clear();
    let columns = row.iter().zip(means).zip(deviations);
    out.extend(columns.map(|((value, mean), deviation)| {
        if *deviation > 0.0 { math::finite((value - mean) / deviation) } else { 0.0 }
    }));
}

/// Makes a column standardised, and gives its mean and deviation. The deviation is a part of the
/// greatest distance from the mean, so that no square is too large or too small.
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
    let (low, high) = kernels::range(values);
    let farthest = high.max(-low);
    if !farthest.is_finite() {
        return (mean, farthest);
    }
    values.iter_mut().for_each(|value| *value /= farthest);
    let part = (kernels::dot(values, values) / count).sqrt();
    values.iter_mut().for_each(|value| *value /= part);
    let deviation = farthest * part;
    (mean, if deviation > 0.0 { deviation } else { f64::from_bits(1) })
}
