//! A small table leaves most of what a call may use, and a call that is cut short spoils nothing.

use crate::error::{Checked, ensure, failed};
use crate::subject::{Subject, difference};
use pynomaly_sandbox::{CallError, LimitKind};

/// Rows and columns of the small table.
const SMALL: (usize, usize) = (256, 4);
/// Which part of a limit the small table may use, as a divisor.
const SHARE: u64 = 10;

pub(crate) fn check(subject: &Subject) -> Checked {
    let rows = SMALL.0.max(subject.rows());
    let columns = if subject.columns()? == 1 { 1 } else { SMALL.1 };
    let table = subject.table(rows, columns, 1);
    let fitted = subject.fit(&table)?;
    let limits = subject.plugin.limits();
    let (fuel, memory) = (fitted.fuel_used, fitted.model.memory_bytes());
    let fuel_max = limits.fuel_max / SHARE;
    ensure(fuel <= fuel_max, || {
        format!("fit of {rows} × {columns} burns {fuel} units of fuel; at most {fuel_max}")
    })?;
    let memory_max = limits.memory_bytes_max / SHARE as usize;
    ensure(memory <= memory_max, || {
        format!("fit of {rows} × {columns} takes {memory} bytes of memory; at most {memory_max}")
    })?;
    let mut budget = subject.budget()?;
    budget.fuel = fuel / 2;
    let (plugin, parameters) = (&subject.plugin, &subject.parameters);
    match subject.try_fit_within(plugin, &table, parameters, &budget)? {
        Err(CallError::Limit(LimitKind::Fuel(_))) => {}
        Err(error) => return failed(format!("half of the fuel it needs ends in: {error}")),
        Ok(_) => return failed("half of the fuel it needs is enough"),
    }
    let again = subject.fit(&table)?;
    if let Some(difference) = difference(&fitted.training_scores, &again.training_scores) {
        return failed(format!("after a call that was cut short, training {difference}"));
    }
    Ok(format!("{fuel} fuel, {memory} bytes for {rows} × {columns}"))
}
