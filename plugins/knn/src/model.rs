//! Scoring, and the state.

use crate::{Detect, Method, Options};
use pynomaly_sdk::add_distance;
use pynomaly_sdk::neighbors::{Nearest, Neighbors, Tree};
use pynomaly_sdk::parameters::{Typed, Value};
use pynomaly_sdk::prelude::*;

/// A fitted k-nearest-neighbours detector: the training rows.
#[derive(Debug)]
pub struct Knn {
    columns: usize,
    values: Vec<f64>,
    options: Options,
    tree: Tree,
}

impl Knn {
    pub(crate) fn new(columns: usize, values: Vec<f64>, options: Options) -> Self {
        let tree = Tree::new(columns, &values);
        Self { columns, values, options, tree }
    }

    /// Scores rows. A training row finds itself at distance 0; `itself` is then 1, and the first
    /// distance is left out.
    pub(crate) fn score_rows(&self, data: &Matrix<'_>, itself: usize) -> Vec<f64> {
        let mut nearest = Nearest::new(self.options.n_neighbors as usize + itself);
        let score = |row| {
            self.tree.search(row, &mut nearest);
            let distances = nearest.distances().get(itself..).unwrap_or_default();
            math::finite(self.options.method.of(distances))
        };
        data.iter_rows().map(score).collect()
    }
}

impl Method {
    /// One number out of squared distances in ascending order.
    #[expect(clippy::cast_precision_loss, reason = "a number of neighbours")]
    fn of(self, squared: &[f64]) -> f64 {
        let distance = |place: usize| squared.get(place).map_or(0.0, |it| it.sqrt());
        let last = squared.len().saturating_sub(1);
        match self {
            Self::Largest => distance(last),
            Self::Mean => {
                squared.iter().fold(0.0, |sum, it| sum + it.sqrt()) / squared.len() as f64
            }
            Self::Median => f64::midpoint(distance(last / 2), distance(last.div_ceil(2))),
        }
    }
}

impl Method {
    /// How much each of so many distances, in ascending order, counts.
    #[expect(clippy::cast_precision_loss, reason = "a number of neighbours")]
    fn weight(self, place: usize, count: usize) -> f64 {
        let last = count.saturating_sub(1);
        let is = |other: usize| f64::from(u8::from(place == other));
        match self {
            Self::Largest => is(last),
            Self::Mean => 1.0 / count as f64,
            Self::Median => f64::midpoint(is(last / 2), is(last.div_ceil(2))),
        }
    }
}

impl ExplainingModel for Knn {
    /// Each distance that counts is shared out as its square is the sum of the columns' squares.
    /// Nothing is shared out of distances that are too great to be squared.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        let count = self.options.n_neighbors as usize;
        let mut neighbors = Neighbors::new(count);
        let mut shares = vec![0.0; data.values().len()];
        for (row, to) in data.iter_rows().zip(shares.chunks_exact_mut(self.columns)) {
            self.tree.search(row, &mut neighbors);
            for (place, neighbor) in neighbors.found().iter().enumerate() {
                let start = neighbor.row as usize * self.columns;
                let other = self.values.get(start..start + self.columns).unwrap_or_default();
                let weight = self.options.method.weight(place, count);
                if weight > 0.0 {
                    add_distance(row, other, weight, to);
                }
            }
        }
        Ok(shares)
    }
}

impl Model for Knn {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns, data.columns())?;
        Ok(self.score_rows(data, 0))
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.options.n_neighbors.into());
        state.integer(self.options.method as u64);
        state.integer(self.columns as u64);
        state.numbers(&self.values);
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let n_neighbors = state.count(1000)?;
        let method = match state.integer()? {
            0 => Method::Largest,
            1 => Method::Mean,
            2 => Method::Median,
            _ => return Err(state::bad("there is no such method")),
        };
        let columns = state.count(bytes.len())?;
        let values = state.numbers()?;
        state.finish()?;
        let whole = columns > 0 && values.len() % columns == 0;
        if !whole || n_neighbors == 0 || values.len() / columns <= n_neighbors {
            return Err(state::bad("the rows do not fit the neighbours"));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(state::bad("a value is not finite"));
        }
        let n_neighbors = u32::from_value(Value::Integer(n_neighbors as i64)).unwrap_or(1);
        Ok(Self::new(columns, values, Options { n_neighbors, method }))
    }
}
