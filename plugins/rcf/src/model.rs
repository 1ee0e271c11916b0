//! Scoring, and learning from a stream.

use crate::tree::Tree;
use crate::{Options, sample};
use pynomaly_sdk::prelude::*;
use std::borrow::Cow;

/// Values are taken as at most this large, so that sums of their differences stay finite.
pub(crate) const VALUE_MAX: f64 = 1e150;

/// A fitted robust random cut forest: trees of samples of what was learnt.
#[derive(Debug, Clone, PartialEq)]
pub struct Rcf {
    pub(crate) options: Options,
    pub(crate) columns: usize,
    /// Rows learnt.
    pub(crate) seen: u64,
    pub(crate) trees: Vec<Tree>,
}

/// The values, none too large.
pub(crate) fn bounded(values: &[f64]) -> Cow<'_, [f64]> {
    if values.iter().all(|value| value.abs() <= VALUE_MAX) {
        return Cow::Borrowed(values);
    }
    values.iter().map(|value| value.clamp(-VALUE_MAX, VALUE_MAX)).collect()
}

/// Sums over the trees, one after the other, become means.
#[expect(clippy::cast_precision_loss, reason = "a number of trees")]
pub(crate) fn means(mut sums: Vec<f64>, trees: usize) -> Vec<f64> {
    sums.iter_mut().for_each(|sum| *sum /= trees as f64);
    sums
}

impl Tree {
    /// Learns the `seen`-th row (counted from 1).
    fn learn(&mut self, row: &[f64], seen: u64, options: Options) {
        if self.mass() >= options.tree_size {
            if !sample::enters(options, seen, &mut self.random) {
                return;
            }
            self.remove_any();
        }
        self.insert(row);
    }
}

impl Model for Rcf {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let values = bounded(data.values());
        let mut sums = vec![0.0; data.rows()];
        for tree in &self.trees {
            for (row, sum) in values.chunks_exact(self.columns).zip(&mut sums) {
                *sum += tree.displacement(row, false);
            }
        }
        Ok(means(sums, self.trees.len()))
    }

    fn save(&self) -> Vec<u8> {
        self.write()
    }

    fn load(state: &[u8]) -> Result<Self, Error> {
        Self::read(state)
    }
}

impl ExplainingModel for Rcf {
    /// The attribution of the paper, as means over the trees: whose cuts displace how much.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let values = bounded(data.values());
        let mut sums = vec![0.0; values.len()];
        for tree in &self.trees {
            let rows = values.chunks_exact(self.columns);
            for (row, to) in rows.zip(sums.chunks_exact_mut(self.columns)) {
                tree.attribute(row, to);
            }
        }
        Ok(means(sums, self.trees.len()))
    }
}

impl StreamingModel for Rcf {
    fn update(&mut self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let values = bounded(data.values());
        let mut sums = vec![0.0; data.rows()];
        for tree in &mut self.trees {
            let rows = values.chunks_exact(self.columns).zip(&mut sums);
            for ((row, sum), seen) in rows.zip(self.seen.saturating_add(1)..) {
                *sum += tree.displacement(row, false);
                tree.learn(row, seen, self.options);
            }
        }
        self.seen = self.seen.saturating_add(data.rows() as u64);
        Ok(means(sums, self.trees.len()))
    }
}
