//! Values of any size, and rows of the wrong width, are scored or refused; they are no reason to
//! trap.

use crate::data::matrix;
use crate::error::{Checked, Ended, failed};
use crate::subject::{Subject, is_verdict};
use pynomaly_core::Matrix;

/// Columns of the wide table.
const WIDE: usize = 200;

pub(crate) fn check(subject: &Subject) -> Checked {
    let usual = subject.usual(1)?;
    let mut refused = Vec::new();
    for (name, rows) in tables(subject, &usual) {
        let naming = |cause| Ended::Failed(format!("{name}: {cause}"));
        match subject.try_fit(&rows, &subject.parameters)? {
            Ok(mut fitted) => answered(subject.try_score(&mut fitted.model, &rows)?),
            Err(error) if is_verdict(&error) => {
                refused.push(name);
                Ok(())
            }
            Err(error) => Err(format!("fit: {error}")),
        }
        .map_err(naming)?;
        let mut model = subject.fit(&usual)?.model;
        if rows.columns() == usual.columns() {
            let scored = subject.try_score(&mut model, &rows)?;
            answered(scored).map_err(|cause| naming(format!("by a usual model: {cause}")))?;
        }
    }
    wrong_width(subject, &usual)?;
    Ok(if refused.is_empty() { String::new() } else { format!("refused: {}", refused.join(", ")) })
}

fn answered<T>(outcome: Result<T, pynomaly_sandbox::CallError>) -> Result<(), String> {
    match outcome {
        Err(error) if !is_verdict(&error) => Err(format!("score: {error}")),
        _ => Ok(()),
    }
}

/// Each with its name.
fn tables(subject: &Subject, usual: &Matrix) -> Vec<(&'static str, Matrix)> {
    let columns = usual.columns();
    let each = |change: fn(usize, f64) -> f64| {
        let values = usual.values().iter().enumerate();
        matrix(columns, values.map(|(at, value)| change(at, *value)).collect())
    };
    let sign = |at: usize| if at.is_multiple_of(2) { 1.0 } else { -1.0 };
    let mut tables = vec![
        ("greatest floats", each(|at, _| if at % 3 == 0 { f64::MAX } else { f64::MIN })),
        ("huge values", each(|_, value| value * 1e300)),
        ("least floats", each(|at, _| if at % 3 == 0 { 5e-324 } else { 0.0 })),
        ("tiny values", each(|_, value| value * 1e-310)),
        ("zeros of both signs", each(|at, _| if at % 2 == 0 { 0.0 } else { -0.0 })),
        ("one greatest float", each(|at, value| if at == 7 { f64::MAX } else { value })),
        ("values far from 0", each(|_, value| 1e15 + value)),
    ];
    let powers = (0..usual.values().len())
        .map(|at| sign(at) * libm::exp2(f64::from((at % 2000) as u32) - 1000.0));
    tables.push(("values of every size", matrix(columns, powers.collect())));
    if columns > 1 {
        tables.push(("many columns", subject.table(subject.rows(), WIDE, 4)));
    }
    if subject.descriptor().accepts_missing {
        tables
            .push(("missing values", each(|at, value| if at % 5 == 0 { f64::NAN } else { value })));
        tables.push(("nothing but missing values", each(|_, _| f64::NAN)));
    }
    tables
}

/// The host refuses such rows itself; a plugin that trusts it is one mistake away from a trap.
fn wrong_width(subject: &Subject, usual: &Matrix) -> Result<(), Ended> {
    for columns in [usual.columns() + 1, usual.columns().saturating_sub(1)] {
        if columns == 0 {
            continue;
        }
        let mut model = subject.fit(usual)?.model;
        match subject.try_score(&mut model, &subject.table(subject.rows(), columns, 2))? {
            Err(error) if is_verdict(&error) => {}
            Err(error) => return failed(format!("rows of {columns} columns: {error}")),
            Ok(_) => return failed(format!("rows of {columns} columns have scores")),
        }
    }
    Ok(())
}
