//! Columns that tell no rows apart are legal, one among others as well as nothing but them.

use crate::data::matrix;
use crate::error::{Checked, Ended};
use crate::subject::Subject;
use pynomaly_core::Matrix;

/// What a constant column may hold; the last are of a size at which differences get lost.
const CONSTANTS: [f64; 4] = [0.0, 0.1, -7.0, 1e9];

pub(crate) fn check(subject: &Subject) -> Checked {
    let rows = subject.usual(1)?;
    let columns = rows.columns();
    for constant in CONSTANTS {
        let all = matrix(columns, vec![constant; rows.values().len()]);
        answered(subject, &all)
            .map_err(|ended| ended.of(&format!("{constant:?} in every column")))?;
        if columns > 1 {
            let one = with_constant(&rows, constant);
            answered(subject, &one)
                .map_err(|ended| ended.of(&format!("{constant:?} in one column")))?;
        }
    }
    Ok(String::new())
}

/// The rows with `constant` in their last column.
fn with_constant(rows: &Matrix, constant: f64) -> Matrix {
    let columns = rows.columns();
    let keep = columns.saturating_sub(1);
    let row = |row: &[f64]| row.iter().copied().take(keep).chain([constant]).collect::<Vec<_>>();
    matrix(columns, rows.iter_rows().flat_map(row).collect())
}

/// Learnt and scored; a score that is not finite ends in a fault of the contract.
fn answered(subject: &Subject, rows: &Matrix) -> Result<(), Ended> {
    let mut model = subject.fit(rows)?.model;
    subject.score(&mut model, rows)?;
    subject.score(&mut model, &subject.usual(2)?).map(drop)
}
