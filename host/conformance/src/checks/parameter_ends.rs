//! Every value that the parameter table allows is used or refused by name, and be it the last.

use crate::error::{Checked, Ended};
use crate::subject::{Subject, is_verdict};
use pynomaly_core::{Kind, NumberRange, Parameters, Value};
use pynomaly_sandbox::{CallError, LimitKind};

/// Fuel of one fit: more trees cost more, and that they end is not what is asked here.
const FUEL_MAX: u64 = 1_000_000_000;

pub(crate) fn check(subject: &Subject) -> Checked {
    let mut unfinished = Vec::new();
    for parameter in &subject.descriptor().parameters {
        for value in parameter.kinds.iter().flat_map(ends) {
            let mut given = subject.given.clone();
            given.insert(parameter.name.clone(), value.clone());
            let naming = |cause| Ended::Failed(format!("`{}` = {value}: {cause}", parameter.name));
            let checked = subject.descriptor().check_parameters(&given);
            let checked = checked.map_err(|error| naming(error.to_string()))?;
            if !try_one(subject, &checked)?.map_err(naming)? {
                unfinished.push(format!("{} = {value}", parameter.name));
            }
        }
    }
    if subject.descriptor().parameters.is_empty() {
        return Err(Ended::NotApplicable("there are no parameters".into()));
    }
    Ok(if unfinished.is_empty() {
        String::new()
    } else {
        format!("ended by a limit: {}", unfinished.join(", "))
    })
}

/// The values at the ends of a kind.
fn ends(kind: &Kind) -> Vec<Value> {
    match kind {
        Kind::Boolean => vec![Value::Boolean(false), Value::Boolean(true)],
        Kind::Integer { minimum, maximum } => vec![
            Value::Integer(minimum.unwrap_or(i64::MIN)),
            Value::Integer(maximum.unwrap_or(i64::MAX)),
        ],
        Kind::Number(range) => number_ends(range).map(Value::Number).to_vec(),
        // Texts have a check of their own.
        Kind::Text(_) => Vec::new(),
        Kind::Choice(choices) => choices.iter().cloned().map(Value::Text).collect(),
    }
}

fn number_ends(range: &NumberRange) -> [f64; 2] {
    let least = range.minimum.unwrap_or(f64::MIN);
    let most = range.maximum.unwrap_or(f64::MAX);
    [
        if range.exclusive_minimum { least.next_up() } else { least },
        if range.exclusive_maximum { most.next_down() } else { most },
    ]
}

/// Whether it came to an end by itself.
fn try_one(subject: &Subject, parameters: &Parameters) -> Result<Result<bool, String>, Ended> {
    let rows = subject.usual(1)?;
    let mut budget = subject.budget()?;
    budget.fuel = budget.fuel.min(FUEL_MAX);
    let fitted = subject.try_fit_within(&subject.plugin, &rows, parameters, &budget)?;
    let mut model = match fitted {
        Ok(fitted) => fitted.model,
        Err(error) => return Ok(ended("fit", &error)),
    };
    let scored = subject.try_score_within(&mut model, &rows, &budget)?;
    Ok(scored.map_or_else(|error| ended("score", &error), |_| Ok(true)))
}

/// A call without an answer: ended by a verdict, a limit, or a fault.
fn ended(call: &str, error: &CallError) -> Result<bool, String> {
    match error {
        CallError::Limit(LimitKind::Fuel(_) | LimitKind::Memory(_)) => Ok(false),
        error if is_verdict(error) => Ok(true),
        error => Err(format!("{call}: {error}")),
    }
}
