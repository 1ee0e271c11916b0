//! Rows of which it is known which are anomalies.

use super::random::Generator;
use super::{cloud, matrix, series};
use pynomaly_core::Matrix;

/// The diagnostic breast cancer set of Wisconsin: W. Wolberg, O. Mangasarian, N. Street,
/// W. Street, UCI Machine Learning Repository, 1995, CC BY 4.0; see the README beside it.
const BREAST_CANCER: &str = include_str!("../../../../datasets/breast_cancer_wisconsin/data.csv");
/// Malignant rows that are kept: with them the set is what ODDS lists as WBC.
const MALIGNANT_ROWS: usize = 10;
/// Rows of the made samples.
const ROWS: usize = 600;
/// Rows from one planted row to the next.
const FAR_ROWS_APART: usize = 50;
/// Moments of the planted spikes and their heights; the season's is 1. One up and one down, at other
/// times of the season: what comes twice in the same shape is no discord.
const SPIKES: [(usize, f64); 2] = [(250, 4.0), (457, -5.0)];
/// How far a planted row is moved in each column at least; standard deviations there are 1 to 3.
const DISTANCE: f64 = 7.0;

/// Rows with their labels.
pub(crate) struct Labelled {
    pub(crate) name: &'static str,
    pub(crate) rows: Matrix,
    /// True for anomalies; one a row.
    pub(crate) labels: Vec<bool>,
}

/// The samples for a task.
pub(crate) fn labelled(is_series: bool, columns: usize) -> Vec<Labelled> {
    if is_series {
        return vec![spikes(columns)];
    }
    let mut samples = vec![far_rows(columns)];
    // A detector of single columns has nothing to do with thirty measurements.
    samples.extend((columns > 1).then(breast_cancer));
    samples
}

/// All benign rows, and the first malignant ones.
fn breast_cancer() -> Labelled {
    let mut malignant = 0;
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for line in BREAST_CANCER.lines().skip(1) {
        let mut cells: Vec<f64> = line.split(',').filter_map(|cell| cell.parse().ok()).collect();
        let is_anomaly = cells.pop() == Some(1.0);
        malignant += usize::from(is_anomaly);
        if !is_anomaly || malignant <= MALIGNANT_ROWS {
            values.extend(cells);
            labels.push(is_anomaly);
        }
    }
    let columns = values.len() / labels.len().max(1);
    Labelled { name: "breast_cancer", rows: matrix(columns, values), labels }
}

/// A cloud, and rows far outside of it, each in a direction of its own.
fn far_rows(columns: usize) -> Labelled {
    let mut values = cloud(ROWS, columns, 101).into_values();
    let mut random = Generator::new(102);
    let labels = plant(&mut values, columns, FAR_ROWS_APART, || {
        let side = if random.unit() < 0.5 { -1.0 } else { 1.0 };
        side * DISTANCE * (1.0 + random.unit())
    });
    Labelled { name: "far_rows", rows: matrix(columns, values), labels }
}

/// A series with single moments that stand out.
fn spikes(columns: usize) -> Labelled {
    let mut values = series(ROWS, columns, 103).into_values();
    for (moment, height) in SPIKES {
        let row = values.iter_mut().skip(moment * columns).take(columns);
        row.for_each(|value| *value += height);
    }
    let labels = (0..ROWS).map(|row| SPIKES.iter().any(|(moment, _)| *moment == row)).collect();
    Labelled { name: "spikes", rows: matrix(columns, values), labels }
}

/// Adds `change` to every value of the last of every `apart` rows; gives the labels.
fn plant(
    values: &mut [f64],
    columns: usize,
    apart: usize,
    mut change: impl FnMut() -> f64,
) -> Vec<bool> {
    let rows = values.chunks_exact_mut(columns).enumerate();
    let label = |(row, values): (usize, &mut [f64])| {
        let is_planted = row % apart == apart - 1;
        if is_planted {
            values.iter_mut().for_each(|value| *value += change());
        }
        is_planted
    };
    rows.map(label).collect()
}
