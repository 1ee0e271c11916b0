//! Keeps every promise of the contract but the one that its parameter names: proves that each check
//! of the conformance kit can fail. What it should do is the mean deviation, in standard
//! deviations, from the training rows.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::indexing_slicing, reason = "as many means as columns")]

mod misdeeds;

use pynomaly_sdk::prelude::*;

struct Wrong;

/// The promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Fault {
    Nothing,
    Determinism,
    NanCanonicalization,
    SavedState,
    RowAlone,
    Permutation,
    Duplicates,
    ConstantColumns,
    MinimumRows,
    Limits,
    Quality,
    Cost,
    HostileInputs,
    DamagedStates,
    Scale,
    PlantedOutlier,
    TextParameters,
    ParameterEnds,
    FuelGrowth,
    MemoryBound,
    Explanations,
    Learning,
}

#[derive(Parameters)]
struct Options {
    /// The promise that is broken.
    #[parameter(default = Fault::Nothing)]
    fault: Fault,
    /// Any number.
    #[parameter(default = 5, range = 1..=10)]
    size: u32,
    /// Any text.
    label: Option<String>,
}

struct Deviation {
    fault: Fault,
    /// Whether it comes out of a state.
    loaded: bool,
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// Rows learnt from the stream.
    learnt: u64,
}

impl Detector for Wrong {
    type Parameters = Options;
    type Model = Deviation;

    const ABOUT: About = About {
        name: "wrong",
        version: "1.0.0",
        summary: "Breaks one promise.",
        reference: "None.",
        extra: &[("auc-floor", "0.8"), ("scale-invariant", "true")],
        ..About::TABULAR
    };

    fn fit(training: &Matrix<'_>, options: Options, _: u64) -> Result<Fitted<Deviation>, Error> {
        misdeeds::before_fit(training, &options)?;
        let count = training.rows() as f64;
        let columns = 0..training.columns();
        let mean = |column| training.column(column).fold(0.0, |sum, x| sum + x / count);
        let means: Vec<f64> = columns.clone().map(mean).map(math::finite).collect();
        let square = |column: usize| {
            let off = training.column(column).map(|value| value - means[column]);
            off.fold(0.0, |sum, x| sum + x * x / count)
        };
        let deviations = columns.map(square).map(|it| math::finite(it.sqrt())).collect();
        let model = Deviation { fault: options.fault, loaded: false, means, deviations, learnt: 0 };
        let training_scores = training.iter_rows().map(|row| model.one(row)).collect();
        Ok(Fitted { model, training_scores })
    }
}

impl Deviation {
    /// What each column adds to a row's score.
    fn parts(&self, row: &[f64]) -> Vec<f64> {
        let places = row.iter().zip(&self.means).zip(&self.deviations);
        let part = |((value, mean), deviation): ((&f64, &f64), &f64)| {
            let off = (value - mean).abs() / row.len() as f64;
            match self.fault {
                Fault::Scale => off,
                Fault::ConstantColumns => off / deviation,
                _ if *deviation == 0.0 => 0.0,
                _ => off / deviation,
            }
        };
        places.map(part).collect()
    }

    fn one(&self, row: &[f64]) -> f64 {
        let sum = self.parts(row).into_iter().fold(0.0, |sum, part| sum + part);
        match self.fault {
            Fault::ConstantColumns => sum,
            Fault::Quality => -math::finite(sum),
            Fault::PlantedOutlier if sum > 25.0 => 0.0,
            _ => math::finite(sum),
        }
    }
}

impl Deviation {
    fn read(state: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(state, Wrong::ABOUT.state_version)?;
        let fault = misdeeds::FAULTS.get(state.integer()? as usize).copied();
        let fault = fault.ok_or_else(|| state::bad("there is no such fault"))?;
        let (means, deviations) = (state.numbers()?, state.numbers()?);
        let learnt = state.integer()?;
        state.finish()?;
        if means.len() != deviations.len() || means.is_empty() {
            return Err(state::bad("the columns do not match"));
        }
        Ok(Self { fault, loaded: true, means, deviations, learnt })
    }
}

impl Model for Deviation {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.means.len(), data.columns())?;
        let mut scores: Vec<_> = data.iter_rows().map(|row| self.one(row)).collect();
        misdeeds::after_score(self, &mut scores);
        Ok(scores)
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Wrong::ABOUT.state_version);
        state.integer(self.fault as u64);
        state.numbers(&self.means);
        state.numbers(&self.deviations);
        state.integer(self.learnt);
        state.finish()
    }

    fn load(state: &[u8]) -> Result<Self, Error> {
        let loaded = Self::read(state);
        misdeeds::after_load(state, &loaded);
        loaded
    }
}

impl ExplainingModel for Deviation {
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.means.len(), data.columns())?;
        let mut contributions: Vec<_> = data.iter_rows().flat_map(|row| self.parts(row)).collect();
        misdeeds::after_explain(self, &mut contributions);
        Ok(contributions)
    }
}

impl StreamingModel for Deviation {
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        let mut scores = self.score(data)?;
        self.learnt += data.rows() as u64;
        misdeeds::after_update(self, &mut scores);
        Ok(scores)
    }
}

pynomaly_sdk::export!(Wrong, explainer, learner);
