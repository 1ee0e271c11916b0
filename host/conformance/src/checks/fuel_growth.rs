//! More rows do not cost plainly less.

use crate::error::{Checked, failed};
use crate::subject::Subject;

/// Numbers of rows that are compared, each with the next.
const ROWS: [usize; 4] = [64, 256, 1024, 4096];
/// Part of its fuel that must be needed for four times the rows. Less than all: what iterates until
/// it is exact enough may be sooner there with more to go by.
const PART_MIN: f64 = 0.5;

#[expect(clippy::cast_precision_loss, reason = "a part; its last bit does not matter")]
pub(crate) fn check(subject: &Subject) -> Checked {
    let columns = subject.columns()?;
    let least = subject.rows().min(64);
    let mut last = (0, 0);
    for rows in ROWS.into_iter().filter(|rows| *rows >= least) {
        let fitted = subject.fit(&subject.table(rows, columns, 6))?;
        let (fewer, less) = last;
        if (fitted.fuel_used as f64) < PART_MIN * less as f64 {
            return failed(format!(
                "fit of {fewer} rows burns {less} units of fuel, that of {rows} rows {}",
                fitted.fuel_used
            ));
        }
        last = (rows, fitted.fuel_used);
    }
    Ok(String::new())
}
