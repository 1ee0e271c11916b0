//! The plugin that is tried, and the calls that checks make into it.

use crate::cost::CostCard;
use crate::data;
use crate::error::{Ended, KitError};
use crate::options::{Form, Options};
use crate::purse::Purse;
use pynomaly_core::{Descriptor, DetectorError, Matrix, Parameters, Task, Value};
use pynomaly_sandbox::{Budget, CallError, Fitted, Limits, Plugin, Sandbox, Scored, WarmModel};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Instant;

/// Seed of all fits.
pub(crate) const SEED: u64 = 7;
/// Live instances of the second sandbox.
const CANONICAL_INSTANCES_MAX: u32 = 4;
/// Rows that a check takes where it needs a usual number of them.
const ROWS: usize = 128;
/// The most rows that a detector may need at least: a promise of more cannot be tried in seconds.
pub(crate) const MINIMUM_ROWS_MAX: u32 = 10_000;
/// Columns that a check takes where their number does not matter.
const COLUMNS: usize = 3;

/// A plugin under trial.
pub(crate) struct Subject {
    pub(crate) plugin: Plugin,
    /// The same component where every NaN has the same bits.
    pub(crate) canonical: Plugin,
    pub(crate) parameters: Parameters,
    pub(crate) given: BTreeMap<String, Value>,
    pub(crate) purse: Purse,
    columns: OnceLock<usize>,
    pub(crate) card: OnceLock<CostCard>,
}

impl Subject {
    pub(crate) fn load(
        sandbox: &Sandbox,
        component: &[u8],
        options: &Options,
        form: Form,
    ) -> Result<Self, KitError> {
        let plugin = sandbox.load(component)?;
        let limits = Limits { instances_max: CANONICAL_INSTANCES_MAX, ..sandbox.limits().clone() };
        let canonical = sandbox.with_canonical_nans(limits)?.load(component)?;
        let parameters = plugin.descriptor().check_parameters(&options.parameters)?;
        Ok(Self {
            plugin,
            canonical,
            parameters,
            given: options.parameters.clone(),
            purse: Purse::new(form, options, Instant::now()),
            columns: OnceLock::new(),
            card: OnceLock::new(),
        })
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        self.plugin.descriptor()
    }

    pub(crate) fn is_series(&self) -> bool {
        self.descriptor().task == Task::TimeSeries
    }

    /// Ends the check where rows mean something only by their place.
    pub(crate) fn only_tabular(&self) -> Result<(), Ended> {
        if self.is_series() {
            let why = "rows of a series are judged by their place in it";
            return Err(Ended::NotApplicable(why.into()));
        }
        Ok(())
    }

    /// A usual number of rows, enough for this detector if it asks for no unusual number.
    pub(crate) fn rows(&self) -> usize {
        let needed = self.descriptor().minimum_rows.min(MINIMUM_ROWS_MAX);
        ROWS.max(needed as usize * 2)
    }

    /// A usual number of columns; 1 for a detector that takes no more.
    pub(crate) fn columns(&self) -> Result<usize, Ended> {
        if let Some(columns) = self.columns.get() {
            return Ok(*columns);
        }
        let columns = match self.try_fit(&self.table(self.rows(), COLUMNS, 0), &self.parameters)? {
            Err(CallError::Detector(DetectorError::InvalidInput(_))) => 1,
            _ => COLUMNS,
        };
        Ok(*self.columns.get_or_init(|| columns))
    }

    /// Rows of the kind this detector is for, out of stream `stream` of the kit's seed.
    pub(crate) fn table(&self, rows: usize, columns: usize, stream: u64) -> Matrix {
        if self.is_series() {
            data::series(rows, columns, stream)
        } else {
            data::cloud(rows, columns, stream)
        }
    }

    /// A usual table.
    pub(crate) fn usual(&self, stream: u64) -> Result<Matrix, Ended> {
        Ok(self.table(self.rows(), self.columns()?, stream))
    }

    pub(crate) fn budget(&self) -> Result<Budget, Ended> {
        self.purse.budget(self.plugin.limits())
    }

    /// Fits, and hands out whatever the plugin answers.
    pub(crate) fn try_fit(
        &self,
        training: &Matrix,
        parameters: &Parameters,
    ) -> Result<Result<Fitted, CallError>, Ended> {
        self.try_fit_in(&self.plugin, training, parameters)
    }

    pub(crate) fn try_fit_in(
        &self,
        plugin: &Plugin,
        training: &Matrix,
        parameters: &Parameters,
    ) -> Result<Result<Fitted, CallError>, Ended> {
        self.try_fit_within(plugin, training, parameters, &self.budget()?)
    }

    pub(crate) fn try_fit_within(
        &self,
        plugin: &Plugin,
        training: &Matrix,
        parameters: &Parameters,
        budget: &Budget,
    ) -> Result<Result<Fitted, CallError>, Ended> {
        let outcome = self.purse.settle(plugin.fit(training, parameters, SEED, budget))?;
        if let Ok(fitted) = &outcome {
            self.purse.pay(fitted.fuel_used);
        }
        Ok(outcome)
    }

    /// Fits rows that every detector must take.
    pub(crate) fn fit(&self, training: &Matrix) -> Result<Fitted, Ended> {
        self.try_fit(training, &self.parameters)?.map_err(|error| on("fit", training, &error))
    }

    /// Scores, and hands out whatever the plugin answers.
    pub(crate) fn try_score(
        &self,
        model: &mut WarmModel,
        data: &Matrix,
    ) -> Result<Result<Vec<f64>, CallError>, Ended> {
        let scored = self.try_score_within(model, data, &self.budget()?)?;
        Ok(scored.map(|scored| scored.scores))
    }

    pub(crate) fn try_score_within(
        &self,
        model: &mut WarmModel,
        data: &Matrix,
        budget: &Budget,
    ) -> Result<Result<Scored, CallError>, Ended> {
        let outcome = self.purse.settle(model.score(data, budget))?;
        if let Ok(scored) = &outcome {
            self.purse.pay(scored.fuel_used);
        }
        Ok(outcome)
    }

    /// Scores rows that every model must take.
    pub(crate) fn score(&self, model: &mut WarmModel, data: &Matrix) -> Result<Vec<f64>, Ended> {
        self.try_score(model, data)?.map_err(|error| on("score", data, &error))
    }

    /// Contributions of a plugin that explains: one a value, finite.
    pub(crate) fn explain(&self, model: &mut WarmModel, data: &Matrix) -> Result<Vec<f64>, Ended> {
        let outcome = self.purse.settle(model.explain(data, &self.budget()?))?;
        let explained = outcome.map_err(|error| on("explain", data, &error))?;
        let none = || Ended::Failed("the plugin explains, and its model does not".into());
        let explained = explained.ok_or_else(none)?;
        self.purse.pay(explained.fuel_used);
        Ok(explained.contributions)
    }

    /// Learns rows, and hands out whatever a plugin answers that learns from a stream.
    pub(crate) fn try_update(
        &self,
        model: &mut WarmModel,
        data: &Matrix,
    ) -> Result<Result<Vec<f64>, CallError>, Ended> {
        let outcome = self.purse.settle(model.update(data, &self.budget()?))?;
        let scored = match outcome {
            Ok(Some(scored)) => scored,
            Ok(None) => {
                let cause = "the plugin learns, and its model does not";
                return Err(Ended::Failed(cause.into()));
            }
            Err(error) => return Ok(Err(error)),
        };
        self.purse.pay(scored.fuel_used);
        Ok(Ok(scored.scores))
    }

    /// Learns rows that every model must take.
    pub(crate) fn update(&self, model: &mut WarmModel, data: &Matrix) -> Result<Vec<f64>, Ended> {
        self.try_update(model, data)?.map_err(|error| on("update", data, &error))
    }

    pub(crate) fn save(&self, model: &mut WarmModel) -> Result<Vec<u8>, Ended> {
        let failed = |error| Ended::Failed(format!("save: {error}"));
        self.purse.settle(model.save(&self.budget()?))?.map_err(failed)
    }

    /// Loads, and hands out whatever the plugin answers.
    pub(crate) fn try_load(&self, state: &[u8]) -> Result<Result<WarmModel, CallError>, Ended> {
        self.purse.settle(self.plugin.load(state, &self.budget()?))
    }

    /// Loads what the plugin saved itself.
    pub(crate) fn load_own(&self, state: &[u8]) -> Result<WarmModel, Ended> {
        let failed = |error| Ended::Failed(format!("load of what was saved: {error}"));
        self.try_load(state)?.map_err(failed)
    }
}

fn on(what: &str, data: &Matrix, error: &CallError) -> Ended {
    Ended::Failed(format!("{what} of {} × {}: {error}", data.rows(), data.columns()))
}

/// Whether a plugin that has no scores still did what the contract lets it do: it gave a verdict.
pub(crate) fn is_verdict(error: &CallError) -> bool {
    matches!(error, CallError::Detector(_))
}

/// The bits of scores: what "the same" means here.
pub(crate) fn bits(scores: &[f64]) -> Vec<u64> {
    scores.iter().map(|score| score.to_bits()).collect()
}

/// The first place where two lists of scores have other bits, for a cause.
pub(crate) fn difference(left: &[f64], right: &[f64]) -> Option<String> {
    if left.len() != right.len() {
        return Some(format!("{} scores and {} scores", left.len(), right.len()));
    }
    let mut pairs = left.iter().zip(right).enumerate();
    let (row, (left, right)) =
        pairs.find(|(_, (left, right))| left.to_bits() != right.to_bits())?;
    Some(format!("row {row} scores {left:?} and {right:?}"))
}
