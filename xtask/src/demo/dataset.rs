//! The demo's data: Wisconsin breast cancer (diagnostic).

use anyhow::Context;
use std::path::Path;

pub(crate) const FILE: &str = "datasets/breast_cancer_wisconsin/data.csv";
pub(crate) const TITLE: &str = "Wisconsin breast cancer, diagnostic: benign and 10 malignant";

/// Malignant rows kept: enough to find, few enough to be anomalies. The first ones in the
/// file's order, as the ODDS collection cut this data set.
const ANOMALIES: usize = 10;

/// Rows with what is known of them.
pub(crate) struct Labelled {
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) is_anomaly: Vec<bool>,
}

/// Reads the file: a header, numbers, and a last column `label` (1 = malignant).
pub(crate) fn read(path: &Path) -> anyhow::Result<Labelled> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut data = Labelled { rows: Vec::new(), is_anomaly: Vec::new() };
    let mut anomalies = 0;
    for line in text.lines().skip(1) {
        let values = line.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>();
        let mut row = values.with_context(|| format!("no numbers: {line}"))?;
        let is_anomaly = row.pop() == Some(1.0);
        anomalies += usize::from(is_anomaly);
        if !is_anomaly || anomalies <= ANOMALIES {
            data.rows.push(row);
            data.is_anomaly.push(is_anomaly);
        }
    }
    Ok(data)
}
