//! Scoring, learning from a stream, and the state.

use crate::moments::Moments;
use crate::{Detect, Method, Options};
use pynomaly_sdk::prelude::*;

/// A fitted EWMA: mean and variance of each column after the last moment learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Ewma {
    options: Options,
    /// Moments learnt.
    seen: u64,
    columns: Vec<Moments>,
}

impl Ewma {
    pub(crate) fn new(columns: usize, options: Options) -> Self {
        Self { options, seen: 0, columns: vec![Moments::default(); columns] }
    }

    fn score_row(&self, row: &[f64]) -> f64 {
        if self.seen < self.options.warm_up.into() {
            return 0.0;
        }
        let deviations = self.columns.iter().zip(row).map(|(column, it)| column.deviation(*it));
        match self.options.method {
            Method::Largest => deviations.fold(0.0, f64::max),
            Method::Sum => deviations.fold(0.0, |sum, it| sum + it),
        }
    }

    /// The first moments weigh equally, until each new one would weigh less than alpha: so mean
    /// and variance are sound from the start and forget their start.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2⁵³ moments make alpha")]
    fn learn(&mut self, row: &[f64]) {
        self.seen = self.seen.saturating_add(1);
        let gain = self.options.alpha.max(1.0 / self.seen as f64);
        self.columns.iter_mut().zip(row).for_each(|(column, it)| column.learn(*it, gain));
    }
}

impl Model for Ewma {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        Ok(data.iter_rows().map(|row| self.score_row(row)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.number(self.options.alpha);
        state.integer(self.options.warm_up.into());
        state.integer(self.options.method as u64);
        state.integer(self.seen);
        state.numbers(&self.columns.iter().map(|it| it.mean).collect::<Vec<_>>());
        state.numbers(&self.columns.iter().map(|it| it.variance).collect::<Vec<_>>());
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let alpha = state.number()?;
        let warm_up = u32::try_from(state.integer()?).unwrap_or(0);
        let method = match state.integer()? {
            0 => Method::Largest,
            1 => Method::Sum,
            _ => return Err(state::bad("there is no such method")),
        };
        let seen = state.integer()?;
        let (means, variances) = (state.numbers()?, state.numbers()?);
        state.finish()?;
        if !(alpha > 0.0 && alpha <= 1.0 && (2..=1_000_000).contains(&warm_up)) {
            return Err(state::bad("an option is out of range"));
        }
        let moments = |(mean, variance): (&f64, &f64)| Moments { mean: *mean, variance: *variance };
        let columns: Vec<_> = means.iter().zip(&variances).map(moments).collect();
        let fit = !means.is_empty() && means.len() == variances.len();
        if !fit || !columns.iter().all(|column| column.are_sane()) {
            return Err(state::bad("no stream has such means and variances"));
        }
        Ok(Self { options: Options { alpha, warm_up, method }, seen, columns })
    }
}

impl StreamingModel for Ewma {
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        let score_then_learn = |row| {
            let score = self.score_row(row);
            self.learn(row);
            score
        };
        Ok(data.iter_rows().map(score_then_learn).collect())
    }
}
