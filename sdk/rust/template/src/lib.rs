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
}

/// Median and robust standard deviation of each column; the latter is 0 for a constant one.
#[derive(Debug)]
pub struct Columns {
    medians: Vec<f64>,
    deviations: Vec<f64>,
    cap: f64,
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
        let mut model = Columns { medians: Vec::new(), deviations: Vec::new(), cap: options.cap };
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
    fn score_row(&self, row: &[f64]) -> f64 {
        let mut total = 0.0;
        for ((value, middle), spread) in row.iter().zip(&self.medians).zip(&self.deviations) {
            // A constant column says nothing.
            if *spread > 0.0 {
                let z = ((value - middle).abs() / spread).min(self.cap);
                total += z * z;
            }
        }
        (total / row.len() as f64).sqrt()
    }
}

impl Model for Columns {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.medians.len(), data.columns())?;
        let scores: Vec<f64> = data.iter_rows().map(|row| self.score_row(row)).collect();
        if scores.iter().all(|score| score.is_finite()) {
            return Ok(scores);
        }
        Err(Error::Numerical("the values are too large for a score".to_owned()))
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(RobustZ::ABOUT.state_version);
        state.number(self.cap);
        state.numbers(&self.medians);
        state.numbers(&self.deviations);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, RobustZ::ABOUT.state_version)?;
        let (cap, medians, deviations) = (state.number()?, state.numbers()?, state.numbers()?);
        state.finish()?;
        if medians.is_empty() || medians.len() != deviations.len() {
            return Err(state::bad("there are not as many deviations as medians"));
        }
        Ok(Self { medians, deviations, cap })
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
        return robust;
    }
    distances.iter().sum::<f64>() / distances.len() as f64 * MEAN_TO_DEVIATION
}

pynomaly_sdk::export!(RobustZ);
