//! Tables for people.

use super::agreement::Pair;
use super::contest::{Contest, Entry, Finding};
use std::fmt::Write;

const MIB: f64 = 1024.0 * 1024.0;
/// Before the cells of a row, which are right-aligned.
const NAME_MIN: usize = 16;

/// One line a detector, the best first.
pub(crate) fn render(contest: &Contest, entries: &[Entry]) -> String {
    let names = entries.iter().map(|entry| entry.name.chars().count());
    let width = names.max().unwrap_or_default().max(NAME_MIN);
    let mut text = summary(contest);
    let quality = if contest.labels.is_some() { "  ROC AUC  avg. precision" } else { "" };
    line(
        &mut text,
        &format!("{:<width$}{quality}  flagged      time ms          fuel  memory MiB", "detector"),
    );
    for Entry { name, outcome } in entries {
        match outcome {
            Ok(finding) => line(&mut text, &format!("{name:<width$}{}", cells(finding))),
            Err(reason) => line(&mut text, &format!("{name:<width$}  {}", one_line(reason))),
        }
    }
    text
}

/// One line a pair, the most alike first; nothing without pairs.
pub(crate) fn render_pairs(pairs: &[Pair<'_>]) -> String {
    let names = pairs.iter().flat_map(|pair| pair.names).map(|name| name.chars().count());
    let Some(width) = names.max() else { return String::new() };
    let width = width.max(NAME_MIN);
    let mut text = String::new();
    line(&mut text, "");
    line(
        &mut text,
        &format!("{:<width$}  {:<width$}  rank correlation  flagged by both", "detector", "and"),
    );
    for Pair { names: [a, b], rank_correlation, overlap } in pairs {
        let correlation = rank_correlation.map_or("-".into(), |it| format!("{it:.4}"));
        let overlap = overlap.map_or("-".into(), |it| format!("{:.1} %", it * 100.0));
        line(&mut text, &format!("{a:<width$}  {b:<width$}  {correlation:>16}  {overlap:>15}"));
    }
    text
}

fn summary(contest: &Contest) -> String {
    let (rows, columns) = (contest.data.rows(), contest.data.columns());
    let anomalies = contest.labels.as_ref().map_or(String::new(), |labels| {
        format!(", {} anomalies", labels.iter().filter(|label| **label).count())
    });
    let (contamination, seed) = (contest.contamination, contest.seed);
    format!(
        "{rows} rows of {columns} columns{anomalies}; contamination {contamination}, seed {seed}\n\n"
    )
}

fn cells(finding: &Finding) -> String {
    let detection = &finding.detection;
    let quality = finding.quality.as_ref().map_or(String::new(), |it| {
        format!("  {:>7.4}  {:>14.4}", it.roc_auc, it.average_precision)
    });
    let time = detection.detector_time.as_secs_f64() * 1_000.0;
    let fuel = detection.fuel_used.map_or("-".into(), |fuel| fuel.to_string());
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let memory =
        finding.memory_bytes.map_or("-".into(), |bytes| format!("{:.1}", bytes as f64 / MIB));
    format!("{quality}  {:>7}  {time:>11.1}  {fuel:>12}  {memory:>10}", detection.anomalies)
}

/// A plugin's reason may have many lines.
fn one_line(reason: &str) -> String {
    reason.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_aligned_and_a_missing_figure_is_a_dash() {
        let pair =
            |a, b, rank_correlation, overlap| Pair { names: [a, b], rank_correlation, overlap };
        let pairs = [pair("ecod", "hbos", Some(0.5), Some(0.25)), pair("ecod", "a", None, None)];
        let lines: Vec<_> = render_pairs(&pairs).lines().map(str::to_owned).collect();
        assert_eq!(
            lines[2],
            "ecod              hbos                        0.5000           25.0 %"
        );
        assert_eq!(
            lines[3],
            "ecod              a                                -                -"
        );
        assert_eq!(render_pairs(&[]), "");
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(one_line("a\n  b"), "a; b");
    }
}
