//! Scoring, and the state.

use crate::Detect;
use crate::center::Center;
use pynomaly_sdk::prelude::*;

/// A fitted MAD: median and deviation per column.
#[derive(Debug)]
pub struct Mad {
    centers: Vec<Center>,
    cap: f64,
}

impl Mad {
    pub(crate) fn new(centers: Vec<Center>, cap: f64) -> Self {
        Self { centers, cap }
    }

    /// The columns' parts of the row's score.
    fn parts(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        row.iter().zip(&self.centers).map(|(value, it)| it.part(*value, self.cap))
    }
}

impl ExplainingModel for Mad {
    /// The parts of the score.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.centers.len(), data.columns())?;
        Ok(data.iter_rows().flat_map(|row| self.parts(row)).collect())
    }
}

impl Model for Mad {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.centers.len(), data.columns())?;
        let score = |row| self.parts(row).fold(0.0, |sum, part| sum + part);
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.number(self.cap);
        state.numbers(&self.centers.iter().map(|it| it.median).collect::<Vec<_>>());
        state.numbers(&self.centers.iter().map(|it| it.deviation).collect::<Vec<_>>());
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let (cap, medians, deviations) = (state.number()?, state.numbers()?, state.numbers()?);
        state.finish()?;
        let pairs = medians.iter().zip(&deviations);
        let centers: Vec<_> = pairs
            .map(|(median, deviation)| Center { median: *median, deviation: *deviation })
            .collect();
        // A deviation of values that are far apart may be infinite: they then all count 0 or cap.
        let legal = |it: &Center| it.median.is_finite() && it.deviation >= 0.0;
        if !(1.0..=1e6).contains(&cap) || centers.is_empty() || !centers.iter().all(legal) {
            return Err(state::bad("a deviation is none"));
        }
        if medians.len() != deviations.len() {
            return Err(state::bad("there are not as many deviations as medians"));
        }
        Ok(Self { centers, cap })
    }
}
