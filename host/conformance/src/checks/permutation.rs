//! The order of rows means nothing: scoring gives each row its score wherever it stands, and
//! learning from them in another order gives much the same model.

use crate::data::matrix;
use crate::error::{Checked, Ended, ensure, failed};
use crate::subject::{Subject, difference};
use pynomaly_core::Matrix;
use pynomaly_core::evaluation::spearman;

/// How much the training scores of two orders must at least agree, as Spearman's rank correlation.
/// Not equal: a detector may draw rows at random, and then others are drawn.
const AGREEMENT_MIN: f64 = 0.5;

pub(crate) fn check(subject: &Subject) -> Checked {
    subject.only_tabular()?;
    let (training, probe) = (subject.usual(1)?, subject.usual(2)?);
    let mut fitted = subject.fit(&training)?;
    let mut scores = subject.score(&mut fitted.model, &probe)?;
    scores.reverse();
    let reversed = subject.score(&mut fitted.model, &reversed(&probe))?;
    if let Some(difference) = difference(&scores, &reversed) {
        return failed(format!("scored in the reverse order, {difference}"));
    }
    let mut relearnt = subject.fit(&self::reversed(&training))?.training_scores;
    relearnt.reverse();
    agree(&fitted.training_scores, &relearnt)
}

fn reversed(rows: &Matrix) -> Matrix {
    let values = rows.iter_rows().rev().flatten().copied().collect();
    matrix(rows.columns(), values)
}

fn agree(usual: &[f64], relearnt: &[f64]) -> Result<String, Ended> {
    let Some(agreement) = spearman(usual, relearnt) else { return Ok(String::new()) };
    ensure(agreement >= AGREEMENT_MIN, || {
        format!(
            "learnt in the reverse order, training scores have a rank correlation of \
             {agreement:.2}, less than {AGREEMENT_MIN}"
        )
    })?;
    Ok(format!("rank correlation {agreement:.3}"))
}
