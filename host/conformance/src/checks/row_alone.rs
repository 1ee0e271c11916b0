//! A row has the same score alone and among others.

use crate::data::matrix;
use crate::error::{Checked, failed};
use crate::subject::{Subject, bits};

/// Rows that are scored alone.
const ROWS: usize = 16;

pub(crate) fn check(subject: &Subject) -> Checked {
    subject.only_tabular()?;
    let mut model = subject.fit(&subject.usual(1)?)?.model;
    let probe = subject.usual(2)?;
    let batch = subject.score(&mut model, &probe)?;
    for (row, (values, score)) in probe.iter_rows().zip(&batch).take(ROWS).enumerate() {
        let alone = subject.score(&mut model, &matrix(values.len(), values.to_vec()))?;
        if bits(&alone) != [score.to_bits()] {
            return failed(format!("row {row} scores {score:?} in a batch and {alone:?} alone"));
        }
    }
    Ok(String::new())
}
