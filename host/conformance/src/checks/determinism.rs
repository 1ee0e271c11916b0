//! The same rows, parameters and seed give the same bits, in every fresh instance; and a model does
//! not change with what it has scored.

use crate::error::{Checked, Ended, failed};
use crate::subject::{Subject, difference};
use pynomaly_sandbox::Plugin;

/// Fresh instances that must agree.
const INSTANCES: usize = 3;

pub(crate) fn check(subject: &Subject) -> Checked {
    let first = Answers::of(subject, &subject.plugin)?;
    for _ in 1..INSTANCES {
        let other = Answers::of(subject, &subject.plugin)?;
        first.same_as(&other).or_else(|cause| failed(format!("in a second instance {cause}")))?;
    }
    Ok(String::new())
}

/// All that a plugin says of the same rows.
pub(super) struct Answers {
    training_scores: Vec<f64>,
    scores: Vec<f64>,
    state: Vec<u8>,
}

impl Answers {
    pub(super) fn of(subject: &Subject, plugin: &Plugin) -> Result<Self, Ended> {
        let (training, probe, other) = (subject.usual(1)?, subject.usual(2)?, subject.usual(3)?);
        let fitted = subject.try_fit_in(plugin, &training, &subject.parameters)?;
        let mut fitted = fitted.map_err(|error| Ended::Failed(format!("fit: {error}")))?;
        let state = subject.save(&mut fitted.model)?;
        let scores = subject.score(&mut fitted.model, &probe)?;
        subject.score(&mut fitted.model, &other)?;
        let again = subject.score(&mut fitted.model, &probe)?;
        if let Some(difference) = difference(&scores, &again) {
            return failed(format!("scored twice by one model, {difference}"));
        }
        if subject.save(&mut fitted.model)? != state {
            return failed("a model saves another state after it has scored");
        }
        Ok(Self { training_scores: fitted.training_scores, scores, state })
    }

    pub(super) fn same_as(&self, other: &Self) -> Result<(), String> {
        if let Some(difference) = difference(&self.training_scores, &other.training_scores) {
            return Err(format!("training {difference}"));
        }
        if let Some(difference) = difference(&self.scores, &other.scores) {
            return Err(difference);
        }
        if self.state != other.state {
            return Err("the saved state has other bytes".into());
        }
        Ok(())
    }
}
