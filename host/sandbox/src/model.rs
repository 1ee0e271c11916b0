//! A fitted model alive in its instance.

use crate::abilities;
use crate::call::{Live, drive, explain, refuel};
use crate::convert;
use crate::error::CallError;
use crate::limits::Budget;
use pynomaly_core::{DetectorError, Matrix};
use wasmtime::component::{ComponentExportIndex, ResourceAny};

/// A model whose instance stays alive between calls: a call costs microseconds. One call at a
/// time. After a fault the instance is gone and every further call says so.
pub struct WarmModel {
    live: Option<Live>,
    model: ResourceAny,
}

/// Scores and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// One finite score per row.
    pub scores: Vec<f64>,
    /// Fuel burnt.
    pub fuel_used: u64,
}

/// Contributions and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Rows × columns, row after row; finite.
    pub contributions: Vec<f64>,
    /// Fuel burnt.
    pub fuel_used: u64,
}

impl WarmModel {
    pub(crate) fn new(live: Live, model: ResourceAny) -> Self {
        Self { live: Some(live), model }
    }

    /// One finite score per row.
    ///
    /// # Errors
    /// [`CallError`]; after anything but the detector's own verdict the instance is gone.
    pub fn score(&mut self, data: &Matrix, budget: &Budget) -> Result<Scored, CallError> {
        let model = self.model;
        let rows = convert::matrix(data)?;
        let answer_bytes = data.rows().saturating_mul(size_of::<f64>());
        self.call(budget, answer_bytes, |live, budget| {
            let Live { store, bindings, profile, .. } = &mut *live;
            let detector = bindings.pynomaly_detector_detector();
            let answer = drive(
                detector.model().call_score(&mut *store, model, rows),
                budget,
                profile.as_ref(),
            )?
            .map_err(|error| explain(&error, store, budget, answer_bytes))?;
            let scores = answer.map_err(|error| live.verdict(error))?;
            check_scores(&scores, data.rows())?;
            let fuel_used = budget.fuel.saturating_sub(live.store.get_fuel().unwrap_or(0));
            Ok(Scored { scores, fuel_used })
        })
    }

    /// Contributions of the columns, row after row; `None` where the plugin has not the contract's
    /// ability `explainer`.
    ///
    /// # Errors
    /// As [`WarmModel::score`].
    pub fn explain(
        &mut self,
        data: &Matrix,
        budget: &Budget,
    ) -> Result<Option<Explained>, CallError> {
        let Some(export) = self.live.as_ref().ok_or(CallError::Gone)?.abilities.explain else {
            return Ok(None);
        };
        let answer_bytes = size_of_val(data.values());
        let check = |numbers: &[f64]| abilities::check_contributions(numbers, data);
        let (contributions, fuel_used) =
            self.by_ability(data, budget, &export, answer_bytes, check)?;
        Ok(Some(Explained { contributions, fuel_used }))
    }

    /// Row by row: one finite score with what is known so far, then the row is learnt. The one call
    /// that changes a model. `None` where the plugin has not the contract's ability `learner`.
    ///
    /// # Errors
    /// As [`WarmModel::score`].
    pub fn update(&mut self, data: &Matrix, budget: &Budget) -> Result<Option<Scored>, CallError> {
        let Some(export) = self.live.as_ref().ok_or(CallError::Gone)?.abilities.update else {
            return Ok(None);
        };
        let answer_bytes = data.rows().saturating_mul(size_of::<f64>());
        let check = |numbers: &[f64]| check_scores(numbers, data.rows());
        let (scores, fuel_used) = self.by_ability(data, budget, &export, answer_bytes, check)?;
        Ok(Some(Scored { scores, fuel_used }))
    }

    /// Calls an ability's function; gives its numbers and the fuel burnt.
    fn by_ability(
        &mut self,
        data: &Matrix,
        budget: &Budget,
        export: &ComponentExportIndex,
        answer_bytes: usize,
        check: impl FnOnce(&[f64]) -> Result<(), CallError>,
    ) -> Result<(Vec<f64>, u64), CallError> {
        let model = self.model;
        let rows = convert::matrix(data)?;
        self.call(budget, answer_bytes, |live, budget| {
            let function = abilities::function(live, export)?;
            let call = function.call_async(&mut live.store, (model, rows));
            let answer = drive(call, budget, live.profile.as_ref())?
                .map_err(|error| explain(&error, &mut live.store, budget, answer_bytes))?;
            let numbers = answer.0.map_err(|error| live.verdict(error))?;
            check(&numbers)?;
            Ok((numbers, budget.fuel.saturating_sub(live.store.get_fuel().unwrap_or(0))))
        })
    }

    /// Bytes of linear memory that the instance holds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.live.as_ref().map_or(0, |live| live.store.data().memory_peak)
    }

    /// The whole state as portable bytes.
    ///
    /// # Errors
    /// As [`WarmModel::score`].
    pub fn save(&mut self, budget: &Budget) -> Result<Vec<u8>, CallError> {
        let model = self.model;
        let answer_bytes = self.live.as_ref().map_or(0, |live| live.limits.state_bytes_max);
        self.call(budget, answer_bytes, |live, budget| {
            let Live { store, bindings, profile, .. } = &mut *live;
            let detector = bindings.pynomaly_detector_detector();
            let answer =
                drive(detector.model().call_save(&mut *store, model), budget, profile.as_ref())?
                    .map_err(|error| explain(&error, store, budget, answer_bytes))?;
            Ok(answer.map_err(|error| live.verdict(error))?)
        })
    }

    /// Runs one call; keeps the instance only where it is known to be sound.
    fn call<T>(
        &mut self,
        budget: &Budget,
        answer_bytes: usize,
        run: impl FnOnce(&mut Live, &Budget) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut live = self.live.take().ok_or(CallError::Gone)?;
        let budget = budget.within(&live.limits);
        refuel(&mut live.store, &budget, answer_bytes)?;
        let outcome = run(&mut live, &budget);
        budget.charge(&live.store);
        live.store.data_mut().end_call();
        if matches!(outcome, Ok(_) | Err(CallError::Detector(_))) {
            self.live = Some(live);
        }
        outcome
    }
}

impl Live {
    fn verdict(&self, error: crate::bindings::types::Error) -> DetectorError {
        convert::error(error, self.limits.text_bytes_max)
    }
}

/// One finite score per row, or the contract is broken.
pub(crate) fn check_scores(scores: &[f64], rows: usize) -> Result<(), CallError> {
    if scores.len() != rows {
        let message = format!("{} scores for {rows} rows", scores.len());
        return Err(CallError::Contract(message));
    }
    match scores.iter().position(|score| !score.is_finite()) {
        Some(row) => Err(CallError::Contract(format!("the score of row {row} is not finite"))),
        None => Ok(()),
    }
}
