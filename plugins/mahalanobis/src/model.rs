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

    /// The score of a standardised row.
    fn score_row(&self, row: &[f64]) -> f64 {
        let score = match self.method {
            Method::Mahalanobis => {
                self.principal.coordinates(row).fold(0.0, |sum, along| sum + along * along)
            }
            Method::PyodPca => self.pyod_pca(row),
        };
        math::finite(score)
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

impl Model for Mahalanobis {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        let mut standardized = Vec::new();
        let score = |row| {
            self.principal.standardize(row, &mut standardized);
            self.score_row(&standardized)
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
