//! Scoring, and the state.

use crate::windows::{Scale, Windows};
use crate::{Detect, Options, join};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series::{self, Tail};

/// A fitted matrix profile: the training series.
#[derive(Debug)]
pub struct MatrixProfile {
    options: Options,
    columns: usize,
    values: Vec<f64>,
    tail: Tail,
    scales: Vec<Scale>,
    windows: Vec<Windows>,
}

impl MatrixProfile {
    pub(crate) fn new(columns: usize, values: Vec<f64>, options: Options) -> Self {
        let size = options.window_size as usize;
        let training = Matrix::new(columns, &values);
        let tail = Tail::of(&training, size.saturating_sub(1));
        let series = series::columns(&training);
        let scales: Vec<_> = series.iter().map(|column| Scale::of(column)).collect();
        let windows = windows(&series, &scales, size);
        Self { options, columns, values, tail, scales, windows }
    }

    /// The distance of each training window from its nearest neighbour.
    pub(crate) fn profile(&self) -> Vec<f64> {
        self.distances(join::of_itself(&self.windows, self.options))
    }

    /// Correlations, summed over the columns, become Euclidean distances of the windows.
    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    fn distances(&self, mut correlations: Vec<f64>) -> Vec<f64> {
        let (columns, size) = (self.columns as f64, f64::from(self.options.window_size));
        for it in &mut correlations {
            *it = (2.0 * size * (columns - *it).clamp(0.0, 2.0 * columns)).sqrt();
        }
        correlations
    }
}

fn windows(series: &[Vec<f64>], scales: &[Scale], size: usize) -> Vec<Windows> {
    let of = |(column, scale): (&Vec<f64>, &Scale)| Windows::new(scale.apply(column), size);
    series.iter().zip(scales).map(of).collect()
}

impl Model for MatrixProfile {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        let series = self.tail.followed_by(data)?;
        let following = windows(&series, &self.scales, self.options.window_size as usize);
        Ok(self.distances(join::of_following(&following, &self.windows, self.options)))
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.options.window_size.into());
        state.integer(self.columns as u64);
        state.numbers(&self.values);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let window_size = u32::try_from(state.count(4096)?).unwrap_or(0);
        let columns = state.count(bytes.len())?;
        let values = state.numbers()?;
        state.finish()?;
        let options = Options { window_size };
        let is_whole = columns > 0 && values.len().is_multiple_of(columns);
        if window_size < 4 || !is_whole || values.len() / columns < options.rows_min() {
            return Err(state::bad("the moments are too few for the windows"));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(state::bad("a value is not finite"));
        }
        Ok(Self::new(columns, values, options))
    }
}
