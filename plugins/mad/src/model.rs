//! Scoring, and the state.

use crate::Detect;
use crate::center::Center;
use pynomaly_sdk::prelude::*;

/// Columns whose parts are computed together.
const LANES: usize = 4;

/// A fitted MAD: median and deviation per column.
#[derive(Debug)]
pub struct Mad {
    columns: usize,
    /// Medians, then deviations, of [`LANES`] columns; those behind the last are 0.
    centers: Vec<[[f64; LANES]; 2]>,
    cap: f64,
}

impl Mad {
    pub(crate) fn new(centers: &[Center], cap: f64) -> Self {
        let mut together = vec![[[0.0; LANES]; 2]; centers.len().div_ceil(LANES)];
        for ([medians, deviations], centers) in together.iter_mut().zip(centers.chunks(LANES)) {
            medians.iter_mut().zip(centers).for_each(|(to, it)| *to = it.median);
            deviations.iter_mut().zip(centers).for_each(|(to, it)| *to = it.deviation);
        }
        Self { columns: centers.len(), centers: together, cap }
    }

    /// The columns' parts of the row's score, [`LANES`] at a time; 0 behind the last.
    #[inline]
    fn parts(&self, row: &[f64]) -> impl Iterator<Item = [f64; LANES]> {
        let (fours, rest) = row.as_chunks::<LANES>();
        let mut last = [0.0; LANES];
        last.iter_mut().zip(rest).for_each(|(to, value)| *to = *value);
        let values = fours.iter().copied().chain([last]);
        values.zip(&self.centers).map(|(values, centers)| parts(&values, centers, self.cap))
    }
}

/// Robust z-scores, at most `cap`.
#[inline]
fn parts(values: &[f64; LANES], centers: &[[f64; LANES]; 2], cap: f64) -> [f64; LANES] {
    let [medians, deviations] = centers;
    let mut parts = [0.0; LANES];
    let columns = values.iter().zip(medians).zip(deviations);
    for (to, ((value, median), deviation)) in parts.iter_mut().zip(columns) {
        let part = (value - median).abs() / deviation;
        // ∞ / ∞ is far out; 0 / 0 of a constant column says nothing.
        let part = if part < cap { part } else { cap };
        *to = if *deviation == 0.0 { 0.0 } else { part };
    }
    parts
}

impl ExplainingModel for Mad {
    /// The parts of the score.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let of_row = |row| self.parts(row).flatten().take(self.columns);
        Ok(data.iter_rows().flat_map(of_row).collect())
    }
}

impl Model for Mad {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let add = |sum, parts: [f64; LANES]| parts.iter().fold(sum, |sum, part| sum + part);
        Ok(data.iter_rows().map(|row| self.parts(row).fold(0.0, add)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.number(self.cap);
        let [medians, deviations] = [0, 1].map(|which: usize| {
            let numbers = self.centers.iter().flat_map(|it| it.get(which)).flatten();
            numbers.take(self.columns).copied().collect::<Vec<f64>>()
        });
        state.numbers(&medians);
        state.numbers(&deviations);
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
        Ok(Self::new(&centers, cap))
    }
}
