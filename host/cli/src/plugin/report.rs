//! A report as people read it.

use pynomaly_conformance::cost::{CallCost, Formula};
use pynomaly_conformance::{Check, Cost, CostCard, Outcome, Report};
use std::fmt::{self, Write};

/// Rows and columns of the tables that the card is shown for.
const SHOWN: [(usize, usize); 4] = [(1_000, 4), (10_000, 4), (10_000, 16), (100_000, 4)];

pub(super) fn render(report: &Report) -> Result<String, fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{} {}  {}\n", report.name, report.version, report.digest)?;
    report.checks.iter().try_for_each(|check| render_check(&mut text, check))?;
    if let Some(card) = &report.cost {
        render_card(&mut text, card)?;
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

fn render_card(text: &mut String, card: &CostCard) -> fmt::Result {
    writeln!(text, "\ncost card: measured up to {} × {}", card.rows_max, card.columns_max)?;
    writeln!(text, "        rows × columns             fuel    memory MiB    time here, ms")?;
    for (rows, columns) in SHOWN {
        let size = format!("{rows} × {columns}");
        render_cost(text, "fit", &size, &card.predict(rows, columns))?;
        render_cost(text, "score", &size, &card.predict_score(rows, columns))?;
    }
    render_errors(text, "fit", &card.fit)?;
    render_errors(text, "score", &card.score)
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
