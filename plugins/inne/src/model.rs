//! Scoring, and the state.

use crate::Detect;
use crate::balls::Balls;
use pynomaly_sdk::prelude::*;

/// A fitted INNE: the balls of all samples.
#[derive(Debug)]
pub struct Inne(Balls);

impl Inne {
    pub(crate) fn new(balls: Balls) -> Self {
        Self(balls)
    }
}

impl Model for Inne {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.0.columns(), data.columns())?;
        let mut distances = Vec::new();
        Ok(data.iter_rows().map(|row| self.0.isolation(row, &mut distances)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.0.columns() as u64);
        state.integer(self.0.sample as u64);
        state.numbers(&self.0.centers);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let (columns, sample) = (state.count(bytes.len())?, state.count(SAMPLE_MAX)?);
        let centers = state.numbers()?;
        state.finish()?;
        let of_one = columns.saturating_mul(sample);
        if sample < 2 || centers.is_empty() || centers.len().checked_rem(of_one) != Some(0) {
            return Err(state::bad("the rows do not fit their samples"));
        }
        if !centers.iter().all(|value| value.is_finite()) {
            return Err(state::bad("a value is not finite"));
        }
        Ok(Self(Balls::new(columns, sample, centers)))
    }
}

/// Rows in a sample; the work of finding neighbours in it grows with their square.
const SAMPLE_MAX: usize = 1024;
