//! Scoring, and the state.

use crate::Detect;
use crate::decompose::{Decomposition, median};
use pynomaly_sdk::prelude::*;

/// Values are taken as at most this large, so that sums and products stay finite.
const VALUE_MAX: f64 = 1e150;
/// Scores are at most this large: what a moment beside a series without remainder gets.
const DEVIATION_MAX: f64 = 1e9;
/// The spread is at least this part of the largest value: less is rounding, and no remainder.
const SPREAD_MIN: f64 = 1e-12;
/// The deviation of a normal distribution over its median absolute deviation.
const NORMAL_MAD: f64 = 1.482_602_218_505_602;

/// A fitted decomposition: what is expected after the training moments.
#[derive(Debug, Clone, PartialEq)]
pub struct Stl {
    columns: Vec<Column>,
}

/// One column's expectation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// The trend at the last training moment, and its change per moment over the last season.
    level: f64,
    slope: f64,
    /// Median and spread of the remainders.
    centre: f64,
    spread: f64,
    /// The last season.
    season: Vec<f64>,
}

/// The values, none too large.
pub(crate) fn bounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.clamp(-VALUE_MAX, VALUE_MAX)).collect()
}

impl Column {
    #[expect(clippy::cast_precision_loss, reason = "moments of a season")]
    pub(crate) fn new(
        series: &[f64],
        parts: &Decomposition,
        remainder: &[f64],
        period: usize,
    ) -> Self {
        let largest = series.iter().fold(0.0, |most, it| it.abs().max(most));
        let level = parts.trend.last().copied().unwrap_or_default();
        let before = parts.trend.iter().rev().nth(period).copied().unwrap_or(level);
        let centre = median(remainder);
        let far: Vec<f64> = remainder.iter().map(|it| (it - centre).abs()).collect();
        let last = parts.seasonal.len().saturating_sub(period);
        Self {
            level,
            slope: (level - before) / period as f64,
            centre,
            spread: (NORMAL_MAD * median(&far)).max(SPREAD_MIN * largest),
            season: parts.seasonal.get(last..).unwrap_or_default().to_vec(),
        }
    }

    /// How many deviations a remainder is from the usual one.
    pub(crate) fn deviation(&self, remainder: f64) -> f64 {
        let far = (remainder - self.centre).abs();
        if far == 0.0 { 0.0 } else { (far / self.spread).min(DEVIATION_MAX) }
    }

    /// What is expected so many moments after the last training moment: the season before, on a
    /// trend that goes on as over the last season.
    #[expect(clippy::cast_precision_loss, reason = "a number of moments")]
    fn expected(&self, ahead: usize) -> f64 {
        let phase = (ahead - 1) % self.season.len().max(1);
        let season = self.season.get(phase).copied().unwrap_or_default();
        self.level + self.slope * ahead as f64 + season
    }

    fn read(state: &mut state::Reader<'_>) -> Result<Self, Error> {
        let mut number = || state.number();
        let (level, slope, centre, spread) = (number()?, number()?, number()?, number()?);
        let season = state.numbers()?;
        let sane = |it: f64| it.abs() <= VALUE_MAX * VALUE_MAX;
        let all = [level, slope, centre, spread].into_iter().chain(season.iter().copied());
        if spread < 0.0 || !all.clone().all(sane) {
            return Err(state::bad("no series has such parts"));
        }
        Ok(Self { level, slope, centre, spread, season })
    }
}

impl Stl {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }

    fn score_row(&self, row: &[f64], ahead: usize) -> f64 {
        let deviations = row.iter().zip(&self.columns).map(|(value, column)| {
            let value = value.clamp(-VALUE_MAX, VALUE_MAX);
            column.deviation(value - column.expected(ahead))
        });
        deviations.fold(0.0, f64::max)
    }
}

impl Model for Stl {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        Ok(data.iter_rows().zip(1..).map(|(row, ahead)| self.score_row(row, ahead)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.columns.len() as u64);
        for column in &self.columns {
            let Column { level, slope, centre, spread, season } = column;
            [level, slope, centre, spread].into_iter().for_each(|it| state.number(*it));
            state.numbers(season);
        }
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let count = state.count(bytes.len())?;
        let columns =
            (0..count).map(|_| Column::read(&mut state)).collect::<Result<Vec<_>, _>>()?;
        state.finish()?;
        let period = columns.first().map_or(0, |column| column.season.len());
        if period < 2 || columns.iter().any(|column| column.season.len() != period) {
            return Err(state::bad("the columns have not the same season"));
        }
        Ok(Self { columns })
    }
}
