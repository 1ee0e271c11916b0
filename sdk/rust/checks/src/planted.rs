//! Rows with planted anomalies, and how well they are found.

use pynomaly_sdk::splitmix::SplitMix;

/// Rows of two columns in two round clouds, and every fiftieth row anywhere in a wider square; and
/// which these are.
#[must_use]
pub fn clouds(rows: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
    let mut random = SplitMix::new(seed);
    let mut values = Vec::new();
    let labels: Vec<_> = (0..rows).map(|row| row % 50 == 49).collect();
    for is_anomaly in &labels {
        let centre = if random.below(2) == 0 { -2.0 } else { 2.0 };
        for _ in 0..2 {
            let bell = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
            let wide = random.unit() * 16.0 - 8.0;
            values.push(if *is_anomaly { wide } else { centre + bell * 0.5 });
        }
    }
    (values, labels)
}

/// Part of the pairs, one anomaly and one other, of which the anomaly scores higher.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a number of pairs")]
pub fn roc_auc(scores: &[f64], labels: &[bool]) -> f64 {
    let of = |wanted: bool| {
        let both = scores.iter().zip(labels);
        both.filter(move |(_, label)| **label == wanted).map(|(score, _)| *score)
    };
    let pairs = of(true).flat_map(|high| of(false).map(move |low| (high, low)));
    let points: Vec<f64> = pairs
        .map(|(high, low)| if high == low { 0.5 } else { f64::from(u8::from(high > low)) })
        .collect();
    points.iter().sum::<f64>() / points.len() as f64
}
