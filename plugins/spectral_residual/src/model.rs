//! Scoring, and the state.

use crate::fft::Fft;
use crate::saliency::{ESTIMATED, Looker};
use crate::{Detect, Options};
use pynomaly_sdk::prelude::*;
use pynomaly_sdk::series::Tail;

/// A fitted spectral residual: the last moments of training, which go before what is scored.
#[derive(Debug)]
pub struct SpectralResidual {
    options: Options,
    tail: Tail,
    fft: Fft,
}

impl Options {
    /// Moments of a window that are not estimated.
    pub(crate) fn real_moments(self) -> usize {
        (self.window_size as usize).saturating_sub(ESTIMATED)
    }
}

impl SpectralResidual {
    pub(crate) fn new(options: Options, tail: Tail) -> Self {
        Self { options, tail, fft: Fft::new(options.window_size as usize) }
    }

    /// The largest score over the columns, for each window's last moment; for the moments before
    /// it in the first window, too, where they are wanted.
    pub(crate) fn score_series(&self, columns: &[Vec<f64>], with_first: bool) -> Vec<f64> {
        let mut looker = Looker::new(self.options, &self.fft);
        let mut largest: Vec<f64> = Vec::new();
        for column in columns {
            let windows = column.windows(self.options.real_moments());
            let mut scores = Vec::new();
            if with_first {
                scores = windows.clone().next().map(|it| looker.all(it)).unwrap_or_default();
                scores.pop();
            }
            scores.extend(windows.map(|window| looker.last(window)));
            if largest.is_empty() {
                largest = scores;
            } else {
                largest.iter_mut().zip(scores).for_each(|(most, score)| *most = most.max(score));
            }
        }
        largest
    }
}

impl Model for SpectralResidual {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Ok(self.score_series(&self.tail.followed_by(data)?, false))
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        let Options { window_size, amplitude_window, score_window } = self.options;
        for option in [window_size, amplitude_window, score_window] {
            state.integer(option.into());
        }
        self.tail.write(&mut state);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let mut option = || state.count(4096).map(|it| u32::try_from(it).unwrap_or(0));
        let (window_size, amplitude_window, score_window) = (option()?, option()?, option()?);
        let options = Options { window_size, amplitude_window, score_window };
        let tail = Tail::read(&mut state)?;
        state.finish()?;
        let odd = (3..=15).contains(&amplitude_window) && !amplitude_window.is_multiple_of(2);
        if !odd || score_window == 0 || window_size < 16 || !window_size.is_power_of_two() {
            return Err(state::bad("an option is out of range"));
        }
        if tail.rows() + 1 != options.real_moments() {
            return Err(state::bad("the last moments do not make a window"));
        }
        Ok(Self::new(options, tail))
    }
}
