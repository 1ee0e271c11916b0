//! Scoring, and the state.

use crate::Detect;
use crate::clusters::{Centers, distance};
use pynomaly_sdk::add_distance;
use pynomaly_sdk::prelude::*;

/// The mean of a constant column may be off by so much, relative to it.
const ROUNDING: f64 = 1e-12;

/// A fitted CBLOF: clusters, the largest first.
#[derive(Debug)]
pub struct Cblof {
    columns: usize,
    all: Centers,
    sizes: Vec<usize>,
    large: Centers,
    use_weights: bool,
}

impl Cblof {
    /// Of centres in descending order of their sizes; the first `large` are large.
    pub(crate) fn new(
        columns: usize,
        centers: Vec<f64>,
        sizes: Vec<usize>,
        large: usize,
        use_weights: bool,
    ) -> Self {
        let of_large = centers.get(..large * columns).unwrap_or(&centers).to_vec();
        let large = Centers::new(columns, of_large);
        Self { columns, all: Centers::new(columns, centers), sizes, large, use_weights }
    }

    /// The distance to the nearest large centre: of a row in a large cluster, that is its own.
    fn score_row(&self, row: &[f64]) -> f64 {
        math::finite(self.large.distance(row) * self.weight(row))
    }

    /// The same of a row that is known to be in the cluster at `place`.
    pub(crate) fn score_member(&self, row: &[f64], place: usize) -> f64 {
        match self.large.iter().nth(place) {
            Some(center) => math::finite(distance(row, center) * self.weight_at(place)),
            None => self.score_row(row),
        }
    }

    /// The size of the row's cluster, where it counts.
    fn weight(&self, row: &[f64]) -> f64 {
        if self.use_weights { self.weight_at(self.all.nearest(row)) } else { 1.0 }
    }

    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    fn weight_at(&self, place: usize) -> f64 {
        let size = || self.sizes.get(place).copied().unwrap_or_default() as f64;
        if self.use_weights { size() } else { 1.0 }
    }

    /// The nearest large centre; where it differs from the row by no more than rounding, the row's
    /// own value.
    fn nearest_large(&self, row: &[f64]) -> Vec<f64> {
        let center = self.large.iter().nth(self.large.nearest(row)).unwrap_or_default();
        let is_same = |value: f64, mean: f64| (value - mean).abs() <= ROUNDING * mean.abs();
        let both = row.iter().zip(center);
        both.map(|(value, mean)| if is_same(*value, *mean) { *value } else { *mean }).collect()
    }
}

impl ExplainingModel for Cblof {
    /// The distance is shared out as its square is the sum of the columns' squares.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let mut shares = vec![0.0; data.values().len()];
        for (row, to) in data.iter_rows().zip(shares.chunks_exact_mut(self.columns)) {
            add_distance(row, &self.nearest_large(row), self.weight(row), to);
        }
        shares.iter_mut().for_each(|share| *share = math::finite(*share));
        Ok(shares)
    }
}

impl Model for Cblof {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        Ok(data.iter_rows().map(|row| self.score_row(row)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.use_weights.into());
        state.integer(self.columns as u64);
        state.integer(self.large.count() as u64);
        state.numbers(self.all.values());
        self.sizes.iter().for_each(|size| state.integer(*size as u64));
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let use_weights = state.count(1)? == 1;
        let columns = state.count(bytes.len())?;
        let large = state.count(bytes.len())?;
        let centers = state.numbers()?;
        let count = centers.len().checked_div(columns).unwrap_or_default();
        if count == 0 || count * columns != centers.len() || !(1..=count).contains(&large) {
            return Err(state::bad("the centres do not fit their columns"));
        }
        if !centers.iter().all(|value| value.is_finite()) {
            return Err(state::bad("a centre is not finite"));
        }
        let size = |_| state.count(u32::MAX as usize);
        let sizes = (0..count).map(size).collect::<Result<_, _>>()?;
        state.finish()?;
        Ok(Self::new(columns, centers, sizes, large, use_weights))
    }
}
