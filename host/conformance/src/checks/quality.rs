//! Anomalies score higher than other rows, as far as the author vouches for it.

use super::description::auc_floor;
use crate::data::{Labelled, labelled};
use crate::error::{Checked, Ended, failed};
use crate::subject::Subject;
use pynomaly_core::evaluation::roc_auc;

pub(crate) fn check(subject: &Subject) -> Checked {
    let floor = auc_floor(subject.descriptor()).or_else(failed)?;
    let mut seen = Vec::new();
    for sample in labelled(subject.is_series(), subject.columns()?) {
        let auc = auc(subject, &sample)?;
        seen.push(format!("{} {auc:.3}", sample.name));
        if auc < floor {
            return failed(format!(
                "the ROC AUC on `{}` is {auc:.3}, below the floor of {floor}",
                sample.name
            ));
        }
    }
    Ok(format!("ROC AUC {}; floor {floor}", seen.join(", ")))
}

/// That of the training scores: what a detection gives.
fn auc(subject: &Subject, sample: &Labelled) -> Result<f64, Ended> {
    let scores = subject.fit(&sample.rows)?.training_scores;
    roc_auc(&sample.labels, &scores).or_else(|error| failed(format!("`{}`: {error}", sample.name)))
}
