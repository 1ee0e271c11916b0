//! The answer for programs.

use super::agreement::Pair;
use super::contest::{Contest, Entry};
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    rows: usize,
    columns: usize,
    /// Only with labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    anomalies: Option<usize>,
    contamination: f64,
    seed: u64,
    detectors: Vec<Detector<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    agreement: Vec<Agreement<'a>>,
}

/// One that has scores has no `reason`; one that has none has nothing else.
#[derive(Default, Serialize)]
struct Detector<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roc_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    average_precision: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fuel: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_bytes: Option<usize>,
}

#[derive(Serialize)]
struct Agreement<'a> {
    detectors: [&'a str; 2],
    rank_correlation: Option<f64>,
    overlap: Option<f64>,
}

pub(crate) fn render(
    contest: &Contest,
    entries: &[Entry],
    pairs: &[Pair<'_>],
) -> anyhow::Result<String> {
    let count = |labels: &Vec<bool>| labels.iter().filter(|label| **label).count();
    let agreement = pairs.iter().map(|pair| Agreement {
        detectors: pair.names,
        rank_correlation: pair.rank_correlation,
        overlap: pair.overlap,
    });
    let answer = Answer {
        rows: contest.data.rows(),
        columns: contest.data.columns(),
        anomalies: contest.labels.as_ref().map(count),
        contamination: contest.contamination,
        seed: contest.seed,
        detectors: entries.iter().map(detector).collect(),
        agreement: agreement.collect(),
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}

fn detector(Entry { name, outcome }: &Entry) -> Detector<'_> {
    match outcome {
        Err(reason) => Detector { name, reason: Some(reason), ..Detector::default() },
        Ok(finding) => Detector {
            name,
            reason: None,
            version: Some(&finding.detection.detector_version),
            digest: Some(&finding.detection.detector_digest),
            roc_auc: finding.quality.as_ref().map(|it| it.roc_auc),
            average_precision: finding.quality.as_ref().map(|it| it.average_precision),
            threshold: Some(finding.detection.threshold),
            flagged: Some(finding.detection.anomalies),
            time_ms: Some(finding.detection.detector_time.as_secs_f64() * 1_000.0),
            fuel: finding.detection.fuel_used,
            memory_bytes: finding.memory_bytes,
        },
    }
}
