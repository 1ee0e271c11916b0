//! Rows that come more than once are legal, and equal rows score equally.

use crate::data::matrix;
use crate::error::{Checked, failed};
use crate::subject::{Subject, bits};

/// How often each row comes.
const COPIES: usize = 4;

pub(crate) fn check(subject: &Subject) -> Checked {
    let rows = subject.usual(1)?;
    let columns = rows.columns();
    let copied = matrix(columns, rows.iter_rows().flat_map(|row| row.repeat(COPIES)).collect());
    let mut model = subject.fit(&copied)?.model;
    let scores = subject.score(&mut model, &copied)?;
    let unequal = scores.chunks(COPIES).position(|copies| {
        let copies = bits(copies);
        copies.iter().any(|score| Some(score) != copies.first())
    });
    match unequal {
        Some(row) if !subject.is_series() => {
            failed(format!("the {COPIES} copies of row {row} do not score equally"))
        }
        _ => Ok(String::new()),
    }
}
