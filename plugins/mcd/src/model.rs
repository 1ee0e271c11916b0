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

    /// The score of a row less the mean.
    fn score_row(&self, centered: &[f64]) -> f64 {
        let axes = self.axes.chunks_exact(self.location.len().max(1));
        let along = axes.map(|axis| kernels::dot(axis, centered));
        math::finite(along.fold(0.0, |sum, along| sum + along * along))
    }
}

impl Model for Mcd {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.principal.means.len(), data.columns())?;
        let (mut standardized, mut centered) = (Vec::new(), Vec::new());
        let score = |row| {
            self.principal.standardize(row, &mut standardized);
            let coordinates = self.principal.coordinates(&standardized).zip(&self.location);
            centered.clear();
            centered.extend(coordinates.map(|(value, mean)| value - mean));
            self.score_row(&centered)
        };
        Ok(data.iter_rows().map(score).collect())
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
