//! Contributions that a plugin explains its scores with belong to the scores, and to nothing else.

use crate::data::matrix;
use crate::error::{Checked, Ended, ensure, failed};
use crate::subject::{Subject, bits, difference};
use pynomaly_core::Matrix;
use pynomaly_sandbox::WarmModel;

/// Rows that are explained alone.
const ROWS: usize = 16;
/// How far the sum of a row's contributions may be from its score, less what is the same for all
/// rows; relative to the greatest score.
const TOLERANCE: f64 = 1e-6;
/// What the constant column holds.
const CONSTANT: f64 = 3.0;

pub(crate) fn check(subject: &Subject) -> Checked {
    if !subject.plugin.is_explaining() {
        return Err(Ended::NotApplicable("the plugin explains nothing".into()));
    }
    let training = subject.usual(1)?;
    let mut model = subject.fit(&training)?.model;
    let probe = subject.usual(2)?;
    let contributions = subject.explain(&mut model, &probe)?;
    let scores = subject.score(&mut model, &probe)?;
    let remark = sums(&contributions, &scores, probe.columns());
    same_again(subject, &mut model, &probe, &contributions)?;
    if !subject.is_series() {
        alone(subject, &mut model, &probe, &contributions)?;
    }
    constants(subject, &training)?;
    Ok(remark)
}

/// Whether contributions add up to scores, for the report: the contract asks for that only where
/// the method allows it.
fn sums(contributions: &[f64], scores: &[f64], columns: usize) -> String {
    let rows = contributions.chunks(columns).map(|row| row.iter().sum::<f64>());
    let rests: Vec<_> = scores.iter().zip(rows).map(|(score, sum)| score - sum).collect();
    let greatest = scores.iter().fold(f64::MIN_POSITIVE, |most, score| most.max(score.abs()));
    let first = rests.first().copied().unwrap_or_default();
    let off = rests.iter().fold(0.0_f64, |most, rest| most.max((rest - first).abs())) / greatest;
    if off <= TOLERANCE {
        "contributions add up to scores".into()
    } else {
        format!("contributions do not add up: off by {off:.1e} of the greatest score")
    }
}

/// Asked twice, and asked of what was saved and loaded.
fn same_again(
    subject: &Subject,
    model: &mut WarmModel,
    probe: &Matrix,
    contributions: &[f64],
) -> Result<(), Ended> {
    let again = subject.explain(model, probe)?;
    if let Some(difference) = difference(contributions, &again) {
        return failed(format!("asked twice, of all contributions {difference}"));
    }
    let mut loaded = subject.load_own(&subject.save(model)?)?;
    let of_loaded = subject.explain(&mut loaded, probe)?;
    difference(contributions, &of_loaded).map_or(Ok(()), |difference| {
        failed(format!("by a loaded model, of all contributions {difference}"))
    })
}

/// A row has the same contributions alone as among others.
fn alone(
    subject: &Subject,
    model: &mut WarmModel,
    probe: &Matrix,
    contributions: &[f64],
) -> Result<(), Ended> {
    let of_rows = contributions.chunks(probe.columns());
    for (row, (values, among)) in probe.iter_rows().zip(of_rows).take(ROWS).enumerate() {
        let alone = subject.explain(model, &matrix(values.len(), values.to_vec()))?;
        ensure(bits(&alone) == bits(among), || {
            format!("row {row} has the contributions {among:?} in a batch and {alone:?} alone")
        })?;
    }
    Ok(())
}

/// A column that tells no rows apart contributes nothing.
fn constants(subject: &Subject, training: &Matrix) -> Result<(), Ended> {
    let columns = training.columns() + 1;
    let row = |row: &[f64]| row.iter().copied().chain([CONSTANT]).collect::<Vec<_>>();
    let wider = matrix(columns, training.iter_rows().flat_map(row).collect());
    let Ok(mut fitted) = subject.try_fit(&wider, &subject.parameters)? else { return Ok(()) };
    let contributions = subject.explain(&mut fitted.model, &wider)?;
    let of_constant = contributions.iter().skip(columns - 1).step_by(columns);
    let other = of_constant.enumerate().find(|(_, contribution)| **contribution != 0.0);
    other.map_or(Ok(()), |(row, contribution)| {
        failed(format!("a constant column contributes {contribution} to row {row}, not 0"))
    })
}
