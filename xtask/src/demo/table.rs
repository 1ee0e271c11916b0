//! What each detector found, side by side.

use anyhow::Context;
use pynomaly_core::evaluation::{average_precision, roc_auc};
use serde_json::Value;

/// Rows named per detector.
const TOP: usize = 5;

/// One detector's line.
pub(crate) struct Row {
    detector: String,
    roc_auc: f64,
    average_precision: f64,
    top: String,
    millis: f64,
    fuel: String,
}

impl Row {
    pub(crate) fn new(
        detector: &str,
        answer: &Value,
        scores: &[f64],
        is_anomaly: &[bool],
    ) -> anyhow::Result<Self> {
        let fuel = answer["fuel_used"].as_u64();
        Ok(Self {
            detector: detector.to_owned(),
            roc_auc: roc_auc(is_anomaly, scores)?,
            average_precision: average_precision(is_anomaly, scores)?,
            top: top(scores, is_anomaly),
            millis: answer["duration_ms"].as_f64().context("the answer has no duration_ms")?,
            fuel: fuel.map_or("native".into(), |fuel| fuel.to_string()),
        })
    }
}

/// The rows with the greatest scores, anomalies marked.
fn top(scores: &[f64], is_anomaly: &[bool]) -> String {
    let mut order: Vec<_> = scores.iter().zip(is_anomaly).enumerate().collect();
    order.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
    let named = order.iter().take(TOP).map(|(index, (_, is_anomaly))| {
        let mark = if **is_anomaly { "*" } else { "" };
        format!("{index}{mark}")
    });
    named.collect::<Vec<_>>().join(" ")
}

pub(crate) fn render(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<18} {:>8} {:>8}  {:<28} {:>9} {:>12}\n",
        "detector", "ROC AUC", "AP", "top 5 rows", "time", "fuel"
    );
    for row in rows {
        let Row { detector, roc_auc, average_precision, top, millis, fuel } = row;
        text += &format!(
            "{detector:<18} {roc_auc:>8.4} {average_precision:>8.4}  {top:<28} {millis:>6.1} ms \
             {fuel:>12}\n"
        );
    }
    text
}
