//! A report as people read it.

use pynomaly_conformance::cost::{CallCost, Formula};
use pynomaly_conformance::{Check, Cost, CostCard, Outcome, Report};
use std::fmt::{self, Write};

/// Rows and columns of the tables that the card is shown for.
const SHOWN: [(usize, usize); 4] = [(1_000, 4), (10_000, 4), (10_000, 16), (100_000, 4)];
/// Rows and columns of the table that rates are shown for.
const RATED: (usize, usize) = (10_000, 16);

pub(super) fn render(report: &Report) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{} {}  {}\n", report.name, report.version, report.digest)?;
    report.checks.iter().try_for_each(|check| render_check(&mut text, check))?;
    if let Some(card) = &report.cost {
        text.push_str(&render_card(card)?);
    }
    writeln!(text, "\n{}", summary(report))?;
    Ok(text)
}

fn render_check(text: &mut String, check: &Check) -> fmt::Result {
    let (mark, remark) = match &check.outcome {
        Outcome::Passed => ('✓', &check.remark),
        Outcome::Failed { cause } => ('✗', cause),
        Outcome::NotApplicable { why } => ('–', why),
    };
    let line = format!("{mark} {:<20} {remark}", check.name);
    writeln!(text, "{}", line.trim_end())
}

pub(super) fn render_card(card: &CostCard) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "\ncost card: measured up to {} × {}", card.rows_max, card.columns_max)?;
    writeln!(text, "        rows × columns             fuel    memory MiB    time here, ms")?;
    for (rows, columns) in SHOWN {
        let size = format!("{rows} × {columns}");
        render_cost(&mut text, "fit", &size, &card.predict(rows, columns))?;
        render_cost(&mut text, "score", &size, &card.predict_score(rows, columns))?;
    }
    render_errors(&mut text, "fit", &card.fit)?;
    render_errors(&mut text, "score", &card.score)?;
    Ok(text)
}

/// What a row and a cell cost, of a table of usual size.
#[expect(clippy::cast_precision_loss, reason = "a number for people")]
pub(super) fn render_rates(card: &CostCard) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let (rows, columns) = RATED;
    writeln!(text, "{rows} × {columns}        fuel a row   fuel a cell   time here a row, µs")?;
    for (call, cost) in
        [("fit", card.predict(rows, columns)), ("score", card.predict_score(rows, columns))]
    {
        let a_row = cost.fuel as f64 / rows as f64;
        let micros = cost.time.as_secs_f64() * 1e6 / rows as f64;
        let a_cell = a_row / columns as f64;
        writeln!(text, "  {call:<8} {a_row:>18.1} {a_cell:>13.1} {micros:>21.3}")?;
    }
    Ok(text)
}

#[expect(clippy::cast_precision_loss, reason = "a number for people")]
fn render_cost(text: &mut String, call: &str, size: &str, cost: &Cost) -> fmt::Result {
    let memory = cost.memory_bytes as f64 / (1024.0 * 1024.0);
    let millis = cost.time.as_secs_f64() * 1_000.0;
    writeln!(text, "  {call:<5} {size:<14} {:>16} {memory:>13.1} {millis:>16.1}", cost.fuel)
}

fn render_errors(text: &mut String, call: &str, cost: &CallCost) -> fmt::Result {
    let (fuel, memory) = (error(&cost.fuel), error(&cost.memory_bytes));
    writeln!(text, "  {call:<5} off by at most {fuel} in fuel, {memory} in memory, where tested")
}

fn error(formula: &Formula) -> String {
    formula.error().map_or("?".into(), |error| format!("{:.0} %", error * 100.0))
}

fn summary(report: &Report) -> String {
    let count = |is_it: fn(&Outcome) -> bool| {
        report.checks.iter().filter(|check| is_it(&check.outcome)).count()
    };
    let passed = count(|it| matches!(it, Outcome::Passed));
    let other = count(|it| matches!(it, Outcome::NotApplicable { .. }));
    let failed = count(|it| matches!(it, Outcome::Failed { .. }));
    let hint = if failed > 0 { "; docs/conformance.md says what to do" } else { "" };
    format!("{passed} passed, {failed} failed, {other} not applicable{hint}")
}
