//! Why a row is isolated early: the columns it was cut off at.
//!
//! Each node expects a path length, the mean over its training rows; a cut that leads to a shorter
//! expectation is to its column's credit (the decomposition of A. Saabas, 2014, for any tree). A
//! row's credits sum to the mean path length less its own, and are brought to the unit of scores
//! by one factor for each row. A column that no tree cuts has 0.

use super::forest::{Forest, score_of};
use super::path_length::average_path_length;
use super::tree::{Node, child, training_rows};
use crate::explain::{Contributions, Method};
use crate::{DetectorError, Matrix, Stop};
use std::f64::consts::LN_2;

/// Contributions to the scores of rows that have the right columns.
pub(super) fn contributions(
    forest: &Forest,
    data: &Matrix,
    stop: Stop<'_>,
) -> Result<Contributions, DetectorError> {
    let columns = forest.columns();
    let mut values = vec![0.0; data.values().len()];
    let (mut expected, mut count) = (0.0, 0);
    for tree in forest.trees().iter() {
        stop.check()?;
        let rows = training_rows(tree);
        let expectations = expectations(tree, &rows);
        expected += expectations.first().copied().unwrap_or(0.0);
        count += 1;
        for (row, credits) in data.iter_rows().zip(values.chunks_mut(columns)) {
            credit(tree, &rows, &expectations, row, credits);
        }
    }
    let base = score_of(expected, forest.samples(), count);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 trees")]
    let unit = average_path_length(forest.samples()) * count as f64;
    for credits in values.chunks_mut(columns) {
        let factor = factor(base, unit, credits.iter().sum());
        credits.iter_mut().for_each(|credit| *credit *= factor);
    }
    Ok(Contributions { method: Method::Paths, columns, values })
}

/// The mean path length of the training `rows` below each node.
fn expectations(tree: &[Node], rows: &[u32]) -> Vec<f64> {
    let mut means = vec![0.0; tree.len()];
    for (place, node) in tree.iter().enumerate().rev() {
        let mean = match node {
            Node::Leaf { path_length, .. } => *path_length,
            Node::Split { right, .. } => {
                let right = right.get() as usize;
                let count = |place: usize| f64::from(rows.get(place).copied().unwrap_or(0));
                let mean = |place: usize| means.get(place).copied().unwrap_or(0.0);
                let [left_rows, right_rows] = [count(place + 1), count(right)];
                let sum = left_rows * mean(place + 1) + right_rows * mean(right);
                let count = left_rows + right_rows;
                if count > 0.0 { sum / count } else { 0.0 }
            }
        };
        if let Some(own) = means.get_mut(place) {
            *own = mean;
        }
    }
    means
}

/// Walks `row` down and credits each cut's column. Ends because children stand behind their
/// parents.
fn credit(tree: &[Node], rows: &[u32], expectations: &[f64], row: &[f64], credits: &mut [f64]) {
    let mut place = 0;
    while let Some(Node::Split { feature, threshold, right }) = tree.get(place) {
        let child = child((place, *feature, *threshold, *right), row, rows);
        let expected = |place: usize| expectations.get(place).copied().unwrap_or(0.0);
        if let Some(credit) = credits.get_mut(*feature as usize) {
            *credit += expected(place) - expected(child);
        }
        place = child;
    }
}

/// What a credit is in scores, where all of a row's sum to `sum`: base (2^(sum / unit) − 1) is the
/// row's score less the base's.
fn factor(base: f64, unit: f64, sum: f64) -> f64 {
    if unit <= 0.0 {
        return 0.0;
    }
    if sum == 0.0 {
        return base * LN_2 / unit;
    }
    base * libm::expm1(LN_2 * sum / unit) / sum
}
