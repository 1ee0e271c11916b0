//! So many rows as the descriptor asks for are enough, or the plugin says how many more its
//! parameters need; and one row can be scored.

use crate::error::{Checked, Ended, failed};
use crate::subject::{MINIMUM_ROWS_MAX, Subject};
use pynomaly_core::DetectorError;
use pynomaly_sandbox::{CallError, Fitted};

/// How often it may ask for more.
const STEPS: usize = 8;

pub(crate) fn check(subject: &Subject) -> Checked {
    let least = subject.descriptor().minimum_rows;
    let (rows, mut fitted) = fit_least(subject)?;
    let columns = subject.columns()?;
    let one = subject.table(1, columns, 2);
    // A series may be too short to be judged, and says so.
    match subject.try_score(&mut fitted.model, &one)? {
        Ok(scores) if scores.len() == 1 => {}
        Err(CallError::Detector(_)) if subject.is_series() => {}
        Ok(scores) => return failed(format!("one row has {} scores", scores.len())),
        Err(error) => return failed(format!("score of one row: {error}")),
    }
    Ok(if rows == least { String::new() } else { format!("{rows} rows with these parameters") })
}

/// Fits as many rows as are asked for, with the subject's parameters.
pub(crate) fn fit_least(subject: &Subject) -> Result<(u32, Fitted), Ended> {
    let mut rows = subject.descriptor().minimum_rows;
    for _ in 0..STEPS {
        if rows > MINIMUM_ROWS_MAX {
            return failed(format!(
                "{rows} rows are asked for; at most {MINIMUM_ROWS_MAX} can be tried"
            ));
        }
        let table = subject.table(rows as usize, subject.columns()?, 1);
        match subject.try_fit(&table, &subject.parameters)? {
            Ok(fitted) => return Ok((rows, fitted)),
            Err(CallError::Detector(DetectorError::InsufficientData { needed }))
                if needed > rows =>
            {
                rows = needed;
            }
            Err(error) => return failed(format!("fit of {rows} rows: {error}")),
        }
    }
    failed(format!("more rows are asked for {STEPS} times over, lastly {rows}"))
}
