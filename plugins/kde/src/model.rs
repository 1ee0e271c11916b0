//! Scoring, and the state.

use crate::Detect;
use crate::kernel::Rows;
use pynomaly_sdk::Scale;
use pynomaly_sdk::prelude::*;
use std::f64::consts::TAU;

/// A fitted kernel density: the training rows.
#[derive(Debug)]
pub struct Kde {
    columns: usize,
    /// On their scale.
    values: Vec<f64>,
    /// None where the bandwidth was given in the columns' own unit.
    scale: Option<Scale>,
    bandwidth: f64,
    rows: Rows,
    /// Logarithm of what the sum of Gaussians is divided by.
    log_volume: f64,
}

impl Kde {
    /// Of rows that are on `scale` already.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows or columns")]
    pub(crate) fn new(
        columns: usize,
        values: Vec<f64>,
        scale: Option<Scale>,
        bandwidth: f64,
    ) -> Self {
        let rows = Rows::new(columns, &values);
        let of_one = math::log(bandwidth) + math::log(TAU) / 2.0;
        let count = (values.len() / columns) as f64;
        let log_volume = math::log(count) + columns as f64 * of_one;
        Self { columns, values, scale, bandwidth, rows, log_volume }
    }
}

impl Model for Kde {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let mut scaled = Vec::new();
        let score = |row| {
            let row = match &self.scale {
                Some(scale) => {
                    scale.apply(row, &mut scaled);
                    &scaled
                }
                None => row,
            };
            let log_sum = self.rows.log_sum(row, self.bandwidth);
            math::finite(self.log_volume - log_sum)
        };
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.number(self.bandwidth);
        state.integer(self.columns as u64);
        state.numbers(&self.values);
        let of_scale = |it: &Scale| [it.means.clone(), it.deviations.clone()];
        for numbers in self.scale.as_ref().map(of_scale).unwrap_or_default() {
            state.numbers(&numbers);
        }
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let bandwidth = state.number()?;
        let columns = state.count(bytes.len())?;
        let values = state.numbers()?;
        let scale = Scale { means: state.numbers()?, deviations: state.numbers()? };
        state.finish()?;
        if values.is_empty() || values.len().checked_rem(columns) != Some(0) {
            return Err(state::bad("the rows do not fit their columns"));
        }
        if !(1e-9..=1e9).contains(&bandwidth) || !values.iter().all(|value| value.is_finite()) {
            return Err(state::bad("there is no such bandwidth, or a value is not finite"));
        }
        let sizes = [scale.means.len(), scale.deviations.len()];
        let is_scale = sizes == [columns; 2]
            && scale.means.iter().chain(&scale.deviations).all(|it| it.is_finite())
            && scale.deviations.iter().all(|it| *it >= 0.0);
        if sizes != [0; 2] && !is_scale {
            return Err(state::bad("the scale does not fit the columns"));
        }
        let scale = is_scale.then_some(scale);
        Ok(Self::new(columns, values, scale, bandwidth))
    }
}
