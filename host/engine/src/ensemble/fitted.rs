//! Members that have learnt.

use super::Ensemble;
use super::bind::of_member;
use crate::error::DetectError;
use crate::served::{FittedModel, Scored};
use crate::spending::Spending;
use pynomaly_core::ensemble::{RobustScale, combine};
use pynomaly_core::preprocessing::Preprocessor;
use pynomaly_core::{DetectorError, Matrix};
use pynomaly_sandbox::Budget;

/// A member's model, and what was learnt around it.
pub(crate) struct FittedMember {
    pub(super) name: String,
    pub(super) model: FittedModel,
    pub(super) preprocessor: Preprocessor,
    pub(super) scale: RobustScale,
}

impl Ensemble {
    /// Fits all members on the same rows, with the same seed, out of one budget.
    pub(crate) fn fit(
        &self,
        training: &Matrix,
        seed: u64,
        budget: &Budget,
    ) -> Result<(Vec<FittedMember>, Scored), DetectError> {
        let mut spending = Spending::new(budget);
        let (mut members, mut scores) = (Vec::new(), Vec::new());
        for member in &self.members {
            let preprocessor = member.preprocessing.fit(training)?;
            let ready = preprocessor.transform(training)?;
            let fit = |left: &Budget| member.served.fit(&ready, &member.parameters, seed, left);
            let fitted = spending.call(fit, |(_, scored)| scored.fuel_used);
            let (model, scored) = fitted.map_err(|error| of_member(&member.name, error))?;
            let scale = RobustScale::fit(&scored.scores)
                .ok_or_else(|| DetectorError::Other(format!("{} has no scores", member.name)))?;
            scores.push((scale, scored.scores));
            members.push(FittedMember { name: member.name.clone(), model, preprocessor, scale });
        }
        let scores = combine(training.rows(), &scores);
        Ok((members, Scored { scores, fuel_used: spending.fuel_used() }))
    }
}

/// The mean z-score of each row, out of one budget.
pub(crate) fn score(
    members: &[FittedMember],
    data: &Matrix,
    budget: &Budget,
) -> Result<Scored, DetectError> {
    let mut spending = Spending::new(budget);
    let mut scores = Vec::with_capacity(members.len());
    for member in members {
        let ready = member.preprocessor.transform(data)?;
        let scored = spending.call(|left| member.model.score(&ready, left), |it| it.fuel_used);
        let scored = scored.map_err(|error| of_member(&member.name, error))?;
        scores.push((member.scale, scored.scores));
    }
    let scores = combine(data.rows(), &scores);
    Ok(Scored { scores, fuel_used: spending.fuel_used() })
}

/// Bytes of linear memory that the members' models hold on to.
pub(crate) fn memory_bytes(members: &[FittedMember]) -> usize {
    members.iter().map(|member| member.model.memory_bytes()).sum()
}
