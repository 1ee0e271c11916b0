//! Scoring, and the state.

use crate::{Detect, Method};
use pynomaly_sdk::Principal;
use pynomaly_sdk::prelude::*;

/// Fitted principal axes.
#[derive(Debug)]
pub struct Mahalanobis {
    principal: Principal,
    method: Method,
}

impl Mahalanobis {
    pub(crate) fn new(principal: Principal, method: Method) -> Self {
        Self { principal, method }
    }

    /// The distances from the tips of the axes, each divided by the part of the variance that is
    /// along its axis.
    fn pyod_pca(&self, row: &[f64]) -> f64 {
        let variances = &self.principal.variances;
        let total = variances.iter().fold(0.0, |sum, variance| sum + variance);
        let axes = self.principal.axes.chunks_exact(row.len().max(1)).zip(variances);
        axes.fold(0.0, |sum, (axis, variance)| sum + distance(row, axis) / (variance / total))
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
    a.iter().zip(b).map(square).fold(0.0, |sum, square| sum + square).sqrt()
}

impl Mahalanobis {
    /// Adds to each column of `to` its share of a standardised row's score.
    fn add_shares(&self, row: &[f64], to: &mut [f64]) {
        let Principal { variances, axes, .. } = &self.principal;
        let total = variances.iter().fold(0.0, |sum, variance| sum + variance);
        for (axis, variance) in axes.chunks_exact(row.len().max(1)).zip(variances) {
            let columns = to.iter_mut().zip(row.iter().zip(axis));
            match self.method {
                Method::Mahalanobis => {
                    let along = kernels::dot(axis, row) / variance;
                    columns.for_each(|(to, (value, entry))| *to += value * entry * along);
                }
                Method::PyodPca => {
                    let weighted = distance(row, axis) * (variance / total);
                    // From a tip that the row stands on there is nothing to share out.
                    let unit = if weighted > 0.0 { weighted.recip() } else { 0.0 };
                    columns.for_each(|(to, (value, entry))| {
                        *to += (value - entry) * (value - entry) * unit;
                    });
                }
            }
        }
    }
}

impl ExplainingModel for Mahalanobis {
    /// `mahalanobis`: a standardised value times its column's entry of Σ⁻¹ · row. `pyod_pca`: each
    /// distance is shared out as its square is the sum of the columns' squares.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        let mut shares = vec![0.0; data.values().len()];
        let mut standardized = Vec::new();
        for (row, to) in data.iter_rows().zip(shares.chunks_exact_mut(data.columns())) {
            self.principal.standardize(row, &mut standardized);
            self.add_shares(&standardized, to);
        }
        shares.iter_mut().for_each(|share| *share = math::finite(*share));
        Ok(shares)
    }
}

impl Mahalanobis {
    /// The squared distances from the middle along the axes, of `N` rows at a time.
    fn distances<const N: usize>(&self, data: &Matrix<'_>) -> Vec<f64> {
        let mut scores = Vec::with_capacity(data.rows());
        self.principal.each_block::<N>(data, |_, coordinates, count| {
            let mut sums = [0.0; N];
            for along in coordinates {
                sums.iter_mut().zip(along).for_each(|(sum, along)| *sum += along * along);
            }
            scores.extend(sums.into_iter().take(count).map(math::finite));
        });
        scores
    }
}

impl Model for Mahalanobis {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        if self.method == Method::Mahalanobis {
            let is_one = data.rows() == 1;
            return Ok(if is_one { self.distances::<1>(data) } else { self.distances::<4>(data) });
        }
        let mut standardized = Vec::new();
        let score = |row| {
            self.principal.standardize(row, &mut standardized);
            math::finite(self.pyod_pca(&standardized))
        };
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.method as u64);
        let Principal { means, deviations, variances, axes } = &self.principal;
        [means, deviations, variances, axes].into_iter().for_each(|it| state.numbers(it));
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let method = match state.integer()? {
            0 => Method::Mahalanobis,
            1 => Method::PyodPca,
            _ => return Err(state::bad("there is no such method")),
        };
        let (means, deviations) = (state.numbers()?, state.numbers()?);
        let (variances, axes) = (state.numbers()?, state.numbers()?);
        state.finish()?;
        let principal = Principal { means, deviations, variances, axes };
        if principal.means.is_empty() || !principal.is_whole() {
            return Err(state::bad("the axes are no axes"));
        }
        Ok(Self { principal, method })
    }
}
