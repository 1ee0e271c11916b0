//! Scoring, and the state.

use crate::scale::Scale;
use crate::{Detect, VALUES_MAX};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series::Tail;

/// Scores are at most this large: what a window gets that differs where no other does.
const DISTANCE_MAX: f64 = 1e9;

/// A fitted PCA of subsequences, and the last moments of training, which go before what is scored.
#[derive(Debug, Clone, PartialEq)]
pub struct SubPca {
    size: usize,
    scales: Vec<Scale>,
    components: Components,
    tail: Tail,
}

/// The principal components of windows, whose values are those of the first column in order, then
/// those of the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Components {
    pub(crate) means: Vec<f64>,
    /// Variances along the axes, descending, all above 0.
    pub(crate) variances: Vec<f64>,
    /// The mean variance in all other directions.
    pub(crate) rest: f64,
    /// The axes, one after the other.
    pub(crate) axes: Vec<f64>,
}

impl Components {
    /// The root of the squared coordinates over their variances, all directions without an axis
    /// having the variance `rest`. `window` becomes its difference from the mean.
    fn distance(&self, window: &mut [f64]) -> f64 {
        window.iter_mut().zip(&self.means).for_each(|(value, mean)| *value -= mean);
        let mut outside = kernels::dot(window, window);
        let mut sum = 0.0;
        let axes = self.axes.chunks_exact(self.means.len().max(1));
        for (axis, variance) in axes.zip(&self.variances) {
            let coordinate = kernels::dot(axis, window);
            let square = coordinate * coordinate;
            outside -= square;
            sum += square / variance;
        }
        if outside > 0.0 {
            sum += outside / self.rest;
        }
        sum.sqrt().min(DISTANCE_MAX)
    }

    /// Whether all parts fit each other, for windows of so many values.
    fn are_whole(&self, width: usize) -> bool {
        let positive = |it: &f64| it.is_finite() && *it > 0.0;
        self.means.len() == width
            && self.axes.len() == width * self.variances.len()
            && self.means.iter().chain(&self.axes).all(|it| it.abs() <= 1e100)
            && self.variances.iter().all(positive)
            && self.rest >= 0.0
            && self.rest.is_finite()
    }
}

impl SubPca {
    pub(crate) fn new(size: usize, scales: Vec<Scale>, components: Components, tail: Tail) -> Self {
        Self { size, scales, components, tail }
    }

    /// The distances of all windows of columns on one scale.
    pub(crate) fn score_series(&self, columns: &[Vec<f64>]) -> Vec<f64> {
        let count = (columns.first().map_or(0, Vec::len) + 1).saturating_sub(self.size);
        let mut window = Vec::with_capacity(self.size * columns.len());
        let distance = |start: usize| {
            window.clear();
            for column in columns {
                window.extend(column.get(start..start + self.size).unwrap_or_default());
            }
            self.components.distance(&mut window)
        };
        (0..count).map(distance).collect()
    }
}

impl Model for SubPca {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        let series = self.tail.followed_by(data)?;
        let both = series.iter().zip(&self.scales);
        Ok(self.score_series(&both.map(|(column, scale)| scale.apply(column)).collect::<Vec<_>>()))
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.size as u64);
        state.integer(self.scales.len() as u64);
        for scale in &self.scales {
            state.number(scale.mean);
            state.number(scale.deviation);
        }
        state.number(self.components.rest);
        for list in [&self.components.means, &self.components.variances, &self.components.axes] {
            state.numbers(list);
        }
        self.tail.write(&mut state);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let size = state.count(VALUES_MAX)?;
        let columns = state.count(VALUES_MAX)?;
        let read = |_| Ok(Scale { mean: state.number()?, deviation: state.number()? });
        let scales = (0..columns).map(read).collect::<Result<Vec<_>, Error>>()?;
        let rest = state.number()?;
        let (means, variances) = (state.numbers()?, state.numbers()?);
        let components = Components { means, variances, rest, axes: state.numbers()? };
        let tail = Tail::read(&mut state)?;
        state.finish()?;
        let sane =
            |it: &Scale| it.mean.is_finite() && it.deviation.is_finite() && it.deviation > 0.0;
        if size < 2 || !scales.iter().all(sane) || !components.are_whole(size * columns) {
            return Err(state::bad("the components do not fit the windows"));
        }
        if tail.columns() != columns || tail.rows() + 1 != size {
            return Err(state::bad("the last moments do not make a window"));
        }
        Ok(Self { size, scales, components, tail })
    }
}
