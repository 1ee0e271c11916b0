//! Scoring, and the state.

use crate::Detect;
use crate::density::Densities;
use pynomaly_sdk::neighbors::{Neighbors, Tree};
use pynomaly_sdk::prelude::*;

/// A fitted local outlier factor: the training rows and how densely they lie.
#[derive(Debug)]
pub struct Lof {
    columns: usize,
    values: Vec<f64>,
    n_neighbors: usize,
    known: Densities,
    tree: Tree,
}

impl Lof {
    /// Of training rows, with their scores against each other.
    pub(crate) fn new(columns: usize, values: Vec<f64>, n_neighbors: usize) -> (Self, Vec<f64>) {
        let tree = Tree::new(columns, &values);
        let (known, scores) = Densities::new(columns, &values, &tree, n_neighbors);
        (Self { columns, values, n_neighbors, known, tree }, scores)
    }
}

impl Model for Lof {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let mut neighbors = Neighbors::new(self.n_neighbors);
        let score = |row| {
            self.tree.search(row, &mut neighbors);
            let density = self.known.density(self.known.mean_reach(neighbors.found()));
            self.known.factor(neighbors.found(), density)
        };
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.n_neighbors as u64);
        state.integer(self.columns as u64);
        state.number(self.known.floor);
        state.numbers(&self.values);
        state.numbers(&self.known.reaches);
        state.numbers(&self.known.densities);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let (n_neighbors, columns) = (state.count(bytes.len())?, state.count(bytes.len())?);
        let (floor, values) = (state.number()?, state.numbers()?);
        let (reaches, densities) = (state.numbers()?, state.numbers()?);
        state.finish()?;
        let rows = reaches.len();
        let whole = columns > 0 && columns.checked_mul(rows) == Some(values.len());
        if !whole || densities.len() != rows || n_neighbors == 0 || n_neighbors >= rows {
            return Err(state::bad("the rows do not fit the columns, or the neighbours"));
        }
        let is_measure = |it: &f64| it.is_finite() && *it >= 0.0;
        let are_measures = reaches.iter().chain(&densities).all(is_measure);
        let are_finite = values.iter().all(|value| value.is_finite());
        if !(are_measures && are_finite && is_measure(&floor) && floor > 0.0) {
            return Err(state::bad("a value, distance or density is none"));
        }
        let tree = Tree::new(columns, &values);
        let known = Densities { reaches, densities, floor };
        Ok(Self { columns, values, n_neighbors, known, tree })
    }
}
