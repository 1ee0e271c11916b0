use super::explain::contributions;
use super::record::PipelineRecord;
use super::state::Learnt;
use crate::error::DetectError;
use crate::served::{FittedModel, Scored, Served};
use crate::spending::Spending;
use pynomaly_core::Matrix;
use pynomaly_core::explain::Contributions;
use pynomaly_core::preprocessing::Features;
use pynomaly_core::suppression::Suppression;
use pynomaly_sandbox::Budget;
use std::borrow::Cow;
use std::sync::Arc;

/// A fitted model and what was learnt around it: scores rows as they come.
pub struct FittedPipeline {
    pub(super) model: FittedModel,
    pub(super) learnt: Learnt,
    record: PipelineRecord,
    /// Of what is drawn at random to explain.
    pub(super) seed: u64,
}

/// What is asked of scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Judging {
    /// A row is an anomaly if its score is greater than this.
    pub threshold: f64,
    /// Deviations too small to be anomalies.
    pub suppression: Suppression,
    /// Whether the columns' contributions are wanted.
    pub explain: bool,
}

/// Scores and what follows from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// One per row; higher = more anomalous.
    pub scores: Vec<f64>,
    /// For each row whether it deviates too little to be an anomaly; `None` where this was not
    /// asked.
    pub suppressed: Option<Vec<bool>>,
    /// Where asked for.
    pub contributions: Option<Contributions>,
    /// Fuel burnt by all of it; `None` where nothing was metered.
    pub fuel_used: Option<u64>,
}

impl FittedPipeline {
    /// A model, and what was learnt with it; `record` and `seed` are those of its fit.
    pub(crate) fn new(
        model: FittedModel,
        learnt: Learnt,
        record: PipelineRecord,
        seed: u64,
    ) -> Self {
        Self { model, learnt, record, seed }
    }

    /// The detector version that fitted this model, and alone scores with it.
    #[must_use]
    pub fn served(&self) -> &Arc<Served> {
        self.model.served()
    }

    /// What the columns of the training rows were: makes numbers of later ones.
    #[must_use]
    pub fn features(&self) -> &Features {
        &self.learnt.features
    }

    /// What was done when it was fitted.
    #[must_use]
    pub fn record(&self) -> &PipelineRecord {
        &self.record
    }

    /// Source of all randomness of its fit.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Bytes of linear memory that a plugin's model holds on to; 0 for a native one.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.model.memory_bytes()
    }

    /// One score per row.
    ///
    /// # Errors
    /// [`DetectError`]; among others where the number of columns is not that of the training.
    pub fn score(&self, data: &Matrix, budget: &Budget) -> Result<Scored, DetectError> {
        self.model.score(&*self.learnt.preprocessor.transform(data)?, budget)
    }

    /// Scores, verdicts and reasons.
    ///
    /// # Errors
    /// [`DetectError`]; among others for an infinite threshold, or more values than can be
    /// explained at a time.
    pub fn judge(
        &self,
        data: &Matrix,
        asked: &Judging,
        budget: &Budget,
    ) -> Result<Judgement, DetectError> {
        let ready = self.make_ready(data, asked)?;
        let mut spending = Spending::new(budget);
        let scored = spending.call(|left| self.model.score(&ready, left), |it| it.fuel_used)?;
        self.judged(data, scored.scores, asked, &mut spending)
    }

    /// The same; `None` where that may take long: for an ensemble, for reasons, and while a
    /// plugin's model is busy with another call.
    pub fn try_judge(
        &self,
        data: &Matrix,
        asked: &Judging,
        budget: &Budget,
    ) -> Option<Result<Judgement, DetectError>> {
        if asked.explain {
            return None;
        }
        let judge = || {
            let ready = self.make_ready(data, asked)?;
            let mut spending = Spending::new(budget);
            let scored = spending.call(
                |left| self.model.try_score(&ready, left).transpose(),
                |it| it.as_ref().and_then(|it| it.fuel_used),
            )?;
            let Some(scored) = scored else { return Ok(None) };
            self.judged(data, scored.scores, asked, &mut spending).map(Some)
        };
        judge().transpose()
    }

    /// The rows as the detector takes them, if what is asked makes sense for them.
    fn make_ready<'a>(
        &self,
        data: &'a Matrix,
        asked: &Judging,
    ) -> Result<Cow<'a, Matrix>, DetectError> {
        if !asked.threshold.is_finite() {
            return Err(DetectError::Threshold(asked.threshold));
        }
        asked.suppression.check(self.features().columns(data.columns()))?;
        if asked.explain {
            pynomaly_core::explain::check(data.rows(), data.columns())?;
        }
        Ok(self.learnt.preprocessor.transform(data)?)
    }

    /// What follows from the scores of rows, those of the fit or others.
    pub(crate) fn judged(
        &self,
        data: &Matrix,
        scores: Vec<f64>,
        asked: &Judging,
        spending: &mut Spending,
    ) -> Result<Judgement, DetectError> {
        let is_asked = !asked.suppression.is_none() || asked.explain;
        if is_asked && self.learnt.medians.len() != data.columns() {
            return Err(DetectError::NoMedians);
        }
        let suppressed = (!asked.suppression.is_none())
            .then(|| self.features().spread(&asked.suppression))
            .map(|sizes| sizes.suppressed(data, &self.learnt.medians));
        let contributions = match asked.explain {
            true => {
                let contributions = contributions(self, data, &scores, spending)?;
                Some(self.features().folded(contributions))
            }
            false => None,
        };
        Ok(Judgement { scores, suppressed, contributions, fuel_used: spending.fuel_used() })
    }
}

impl Judgement {
    /// Whether a row is an anomaly: its score is above the threshold, and it is not suppressed.
    #[must_use]
    pub fn is_anomaly(&self, row: usize, threshold: f64) -> bool {
        is_anomaly(&self.scores, self.suppressed.as_deref(), row, threshold)
    }

    /// How many rows are.
    #[must_use]
    pub fn count_anomalies(&self, threshold: f64) -> usize {
        (0..self.scores.len()).filter(|row| self.is_anomaly(*row, threshold)).count()
    }
}

/// The verdict on one row; `false` for a row that is not there.
pub(crate) fn is_anomaly(
    scores: &[f64],
    suppressed: Option<&[bool]>,
    row: usize,
    threshold: f64,
) -> bool {
    let is_suppressed = suppressed.and_then(|all| all.get(row)).copied().unwrap_or(false);
    scores.get(row).is_some_and(|score| *score > threshold) && !is_suppressed
}
