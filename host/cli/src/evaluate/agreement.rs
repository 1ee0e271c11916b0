//! How far every two detectors agree.

use super::Entry;
use pynomaly_core::evaluation;

/// Two detectors on the same rows.
pub(crate) struct Pair<'a> {
    pub(crate) names: [&'a str; 2],
    /// Spearman's rank correlation of the scores; `None` where one side has no order.
    pub(crate) rank_correlation: Option<f64>,
    /// Rows flagged by both in parts of those flagged by either; `None` where neither flags any.
    pub(crate) overlap: Option<f64>,
}

/// Every pair of those that have scores, the most alike first.
pub(crate) fn pairs(entries: &[Entry]) -> Vec<Pair<'_>> {
    let found = entries.iter().filter_map(|entry| {
        let finding = entry.outcome.as_ref().ok()?;
        Some((entry.name.as_str(), finding, finding.flags()))
    });
    let found: Vec<_> = found.collect();
    let mut pairs = Vec::new();
    for (place, (name, finding, flags)) in found.iter().enumerate() {
        let others = found.iter().skip(place + 1);
        pairs.extend(others.map(|(other_name, other, other_flags)| Pair {
            names: [name, other_name],
            rank_correlation: evaluation::spearman(
                &finding.detection.scores,
                &other.detection.scores,
            ),
            overlap: evaluation::overlap(flags, other_flags),
        }));
    }
    let correlation = |pair: &Pair<'_>| pair.rank_correlation.unwrap_or(f64::NEG_INFINITY);
    pairs.sort_by(|a, b| correlation(b).total_cmp(&correlation(a)));
    pairs
}
