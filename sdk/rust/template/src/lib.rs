//! `my_detector`: how far a row is from its columns' medians, in robust standard deviations.
//!
//! Steps, source and parameters: `README.md`.

use pynomaly_sdk::prelude::*;

/// A normal column's standard deviation, in median absolute deviations.
const MEDIAN_TO_DEVIATION: f64 = 1.4826;
/// The same in mean absolute deviations: √(π / 2).
const MEAN_TO_DEVIATION: f64 = 1.253_314_137_315_500_3;

/// Distance from the columns' medians in robust standard deviations.
#[derive(Debug)]
pub struct RobustZ;

/// Its parameters.
#[derive(Debug, Clone, Copy, Parameters)]
pub struct Options {
    /// The most, in robust standard deviations, that one column counts.
    #[parameter(default = 1000.0, range = 1.0..=1_000_000.0)]
    pub cap: f64,
    /// How far a row of a stream moves medians and deviations, in parts of the latter.
    #[parameter(default = 0.01, range = 0.0..=0.5)]
    pub learning_rate: f64,
}

/// Median and robust standard deviation of each column; the latter is 0 for a constant one.
#[derive(Debug)]
pub struct Columns {
    medians: Vec<f64>,
    deviations: Vec<f64>,
    options: Options,
}

impl Detector for RobustZ {
    type Parameters = Options;
    type Model = Columns;

    const ABOUT: About = About {
        name: "my_detector",
        version: "0.1.0",
        summary: "Root mean square of the columns' robust z-scores, by median and MAD.",
        reference: "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC, 1993",
        extra: &[("auc-floor", "0.9"), ("scale-invariant", "true")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _seed: u64) -> Result<Fitted<Columns>, Error> {
        let mut model = Columns { medians: Vec::new(), deviations: Vec::new(), options };
        for column in 0..training.columns() {
            let values: Vec<f64> = training.column(column).collect();
            let middle = median(values.clone());
            model.medians.push(middle);
            model.deviations.push(deviation(&values, middle));
        }
        let training_scores = model.score(training)?;
        Ok(Fitted { model, training_scores })
    }
}

impl Columns {
    /// Each column's z, squared; 0 for a constant one, which says nothing.
    fn squares(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        row.iter().zip(&self.medians).zip(&self.deviations).map(|((value, middle), spread)| {
            if *spread > 0.0 {
                let z = ((value - middle).abs() / spread).min(self.options.cap);
                z * z
            } else {
                0.0
            }
        })
    }

    fn score_row(&self, row: &[f64]) -> f64 {
        let total = self.squares(row).fold(0.0, |total, square| total + square);
        (total / row.len() as f64).sqrt()
    }

    /// Moves each median and deviation a little towards where half of the values lie.
    fn learn(&mut self, row: &[f64]) {
        let rate = self.options.learning_rate;
        let columns = self.medians.iter_mut().zip(&mut self.deviations);
        for (value, (middle, spread)) in row.iter().zip(columns) {
            if *spread > 0.0 {
                let is_far = (value - *middle).abs() * MEDIAN_TO_DEVIATION > *spread;
                let direction = f64::from(value > middle) - f64::from(value < middle);
                *middle += direction * (rate * *spread);
                let grown = 1.0 + rate;
                *spread = if is_far { (*spread * grown).min(f64::MAX) } else { *spread / grown };
            }
        }
    }
}

/// All of them, or the verdict.
fn finite(numbers: Vec<f64>) -> Result<Vec<f64>, Error> {
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(numbers);
    }
    Err(Error::Numerical("the values are too large for a score".to_owned()))
}

impl Model for Columns {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.medians.len(), data.columns())?;
        finite(data.iter_rows().map(|row| self.score_row(row)).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(RobustZ::ABOUT.state_version);
        state.number(self.options.cap);
        state.number(self.options.learning_rate);
        state.numbers(&self.medians);
        state.numbers(&self.deviations);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, RobustZ::ABOUT.state_version)?;
        let options = Options { cap: state.number()?, learning_rate: state.number()? };
        let (medians, deviations) = (state.numbers()?, state.numbers()?);
        state.finish()?;
        if medians.is_empty() || medians.len() != deviations.len() {
            return Err(state::bad("there are not as many deviations as medians"));
        }
        Ok(Self { medians, deviations, options })
    }
}

impl ExplainingModel for Columns {
    /// Each column has of the score what its square has of their sum.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.medians.len(), data.columns())?;
        let shares = data.iter_rows().flat_map(|row| {
            let score = self.score_row(row);
            let whole = row.len() as f64 * score;
            self.squares(row).map(move |square| if score > 0.0 { square / whole } else { 0.0 })
        });
        finite(shares.collect())
    }
}

impl StreamingModel for Columns {
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.medians.len(), data.columns())?;
        let mut scores = Vec::new();
        for row in data.iter_rows() {
            scores.push(self.score_row(row));
            self.learn(row);
        }
        finite(scores)
    }
}

/// The middle value, or the middle between both.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let upper = values[values.len() / 2];
    if values.len() % 2 == 1 { upper } else { (values[values.len() / 2 - 1] + upper) / 2.0 }
}

/// A column's robust standard deviation; 0 for a constant one.
fn deviation(values: &[f64], middle: f64) -> f64 {
    let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    // Ascending, so that the order of the rows has no part in the sum.
    distances.sort_unstable_by(f64::total_cmp);
    let robust = median(distances.clone()) * MEDIAN_TO_DEVIATION;
    if robust > 0.0 {
        return robust.min(f64::MAX);
    }
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    (mean * MEAN_TO_DEVIATION).min(f64::MAX)
}

pynomaly_sdk::export!(RobustZ, explainer, learner);
