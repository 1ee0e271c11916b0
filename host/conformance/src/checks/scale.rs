//! Where the author declares that units mean nothing, they mean nothing.

use super::description::is_scale_invariant;
use crate::data::matrix;
use crate::error::{Checked, Ended, failed};
use crate::subject::Subject;
use pynomaly_core::Matrix;

/// Factors of the columns, over and over: powers of two, which round nothing.
const FACTORS: [f64; 3] = [1024.0, 0.125, 32.0];
/// How far scores may differ, relative to the greatest: sums of other sizes round otherwise.
const TOLERANCE: f64 = 1e-6;

pub(crate) fn check(subject: &Subject) -> Checked {
    if !is_scale_invariant(subject.descriptor()).or_else(failed)? {
        return Err(Ended::NotApplicable("not declared by `scale-invariant`".into()));
    }
    let (training, probe) = (subject.usual(1)?, subject.usual(2)?);
    let mut fitted = subject.fit(&training)?;
    let mut scaled = subject.fit(&self::scaled(&training))?;
    same("training scores", &fitted.training_scores, &scaled.training_scores)?;
    let scores = subject.score(&mut fitted.model, &probe)?;
    let other = subject.score(&mut scaled.model, &self::scaled(&probe))?;
    same("scores", &scores, &other)?;
    Ok(String::new())
}

fn scaled(rows: &Matrix) -> Matrix {
    let row = |row: &[f64]| {
        let factors = FACTORS.iter().cycle();
        row.iter().zip(factors).map(|(value, factor)| value * factor).collect::<Vec<_>>()
    };
    matrix(rows.columns(), rows.iter_rows().flat_map(row).collect())
}

fn same(what: &str, usual: &[f64], scaled: &[f64]) -> Result<(), Ended> {
    let greatest = usual.iter().fold(f64::MIN_POSITIVE, |most, score| most.max(score.abs()));
    let mut pairs = usual.iter().zip(scaled).enumerate();
    let far = pairs.find(|(_, (left, right))| (*left - *right).abs() > TOLERANCE * greatest);
    far.map_or(Ok(()), |(row, (left, right))| {
        failed(format!("the {what} of row {row} are {left} and, in other units, {right}"))
    })
}
