//! Scoring, and the state.

use crate::Detect;
use pynomaly_sdk::Principal;
use pynomaly_sdk::prelude::*;

/// A fitted minimum covariance determinant.
#[derive(Debug)]
pub struct Mcd {
    /// Axes of all training rows.
    principal: Principal,
    /// Along these axes: the robust mean.
    location: Vec<f64>,
    /// Along these axes: vectors, as long as `location`, whose squared products with a row less
    /// the mean add up to its score.
    axes: Vec<f64>,
}

impl Mcd {
    /// Entries that are missing at the ends of `axes` are 0.
    pub(crate) fn new(principal: Principal, location: Vec<f64>, axes: &[Vec<f64>]) -> Self {
        let padded = |axis: &Vec<f64>| {
            let rest = location.len().saturating_sub(axis.len());
            axis.iter().copied().chain(std::iter::repeat_n(0.0, rest)).collect::<Vec<_>>()
        };
        let axes = axes.iter().flat_map(padded).collect();
        Self { principal, location, axes }
    }

    /// A standardised row's coordinates along the axes of all rows, less the robust mean.
    fn centered(&self, standardized: &[f64]) -> Vec<f64> {
        let coordinates = self.principal.coordinates(standardized).zip(&self.location);
        coordinates.map(|(value, mean)| value - mean).collect()
    }

    /// Products of the vectors with a row less the mean: their squares add up to its score.
    fn products(&self, centered: &[f64]) -> impl Iterator<Item = f64> {
        let axes = self.axes.chunks_exact(self.location.len().max(1));
        axes.map(|axis| kernels::dot(axis, centered))
    }

    /// The squared distances from the robust mean, of `N` rows at a time.
    fn distances<const N: usize>(&self, data: &Matrix<'_>) -> Vec<f64> {
        let size = self.location.len();
        let mut centered = vec![[0.0; N]; size];
        let mut scores = Vec::with_capacity(data.rows());
        self.principal.each_block::<N>(data, |_, coordinates, count| {
            for ((to, lanes), mean) in centered.iter_mut().zip(coordinates).zip(&self.location) {
                *to = lanes.map(|value| value - mean);
            }
            let mut sums = [0.0; N];
            for axis in self.axes.chunks_exact(size.max(1)) {
                let products = kernels::dots(axis, &centered);
                sums.iter_mut().zip(products).for_each(|(sum, it)| *sum += it * it);
            }
            scores.extend(sums.into_iter().take(count).map(math::finite));
        });
        scores
    }

    /// The robust mean, as a standardised row.
    fn middle(&self) -> Vec<f64> {
        let Principal { means, variances, axes, .. } = &self.principal;
        let mut middle = vec![0.0; means.len()];
        let axes = axes.chunks_exact(means.len().max(1)).zip(variances);
        for ((axis, variance), mean) in axes.zip(&self.location) {
            add(&mut middle, axis, mean * variance.sqrt());
        }
        middle
    }

    /// The shares of the columns in a standardised row's score: its distance from the robust mean
    /// in that column times what the inverse of the covariance makes of the whole row.
    fn shares(&self, standardized: &[f64], middle: &[f64]) -> Vec<f64> {
        let centered = self.centered(standardized);
        let mut along = vec![0.0; centered.len()];
        let axes = self.axes.chunks_exact(centered.len().max(1));
        for (axis, product) in axes.zip(self.products(&centered)) {
            add(&mut along, axis, product);
        }
        let mut shares = vec![0.0; standardized.len()];
        let Principal { variances, axes, .. } = &self.principal;
        let axes = axes.chunks_exact(standardized.len().max(1)).zip(variances);
        for ((axis, variance), along) in axes.zip(along) {
            add(&mut shares, axis, along / variance.sqrt());
        }
        let columns = shares.iter_mut().zip(standardized.iter().zip(middle));
        columns.for_each(|(share, (value, mean))| *share = math::finite(*share * (value - mean)));
        shares
    }
}

/// Adds `factor` times `vector` to `to`.
fn add(to: &mut [f64], vector: &[f64], factor: f64) {
    to.iter_mut().zip(vector).for_each(|(to, entry)| *to += entry * factor);
}

impl ExplainingModel for Mcd {
    /// A column's distance from the robust mean times its entry of Σ⁻¹ · (row − mean).
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        let (middle, mut standardized) = (self.middle(), Vec::new());
        let shares = |row| {
            self.principal.standardize(row, &mut standardized);
            self.shares(&standardized, &middle)
        };
        Ok(data.iter_rows().flat_map(shares).collect())
    }
}

impl Model for Mcd {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        let is_one = data.rows() == 1;
        Ok(if is_one { self.distances::<1>(data) } else { self.distances::<4>(data) })
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        let Principal { means, deviations, variances, axes } = &self.principal;
        let all = [means, deviations, variances, axes, &self.location, &self.axes];
        all.into_iter().for_each(|it| state.numbers(it));
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let (means, deviations) = (state.numbers()?, state.numbers()?);
        let (variances, axes) = (state.numbers()?, state.numbers()?);
        let principal = Principal { means, deviations, variances, axes };
        let (location, axes) = (state.numbers()?, state.numbers()?);
        state.finish()?;
        if principal.means.is_empty() || !principal.is_whole() {
            return Err(state::bad("the axes are no axes"));
        }
        let fits = location.len() == principal.variances.len()
            && axes.len().is_multiple_of(location.len().max(1))
            && axes.len() <= location.len() * location.len();
        if !fits || !location.iter().chain(&axes).all(|it| it.is_finite()) {
            return Err(state::bad("the mean and covariance are none"));
        }
        Ok(Self { principal, location, axes })
    }
}
