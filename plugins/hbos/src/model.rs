//! Scoring, and the state.

use crate::Detect;
use crate::histogram::{Edges, Histogram};
use pynomaly_sdk::prelude::*;

/// A fitted HBOS: a histogram per column.
#[derive(Debug)]
pub struct Hbos {
    columns: Vec<Histogram>,
    tol: f64,
}

impl Hbos {
    pub(crate) fn new(columns: Vec<Histogram>, tol: f64) -> Self {
        Self { columns, tol }
    }

    /// The columns' parts of the row's score.
    fn parts(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        row.iter().zip(&self.columns).map(|(value, it)| it.part(*value, self.tol))
    }
}

impl ExplainingModel for Hbos {
    /// The parts of the score, less the least part that a training value has in that column.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        let explain = |row| self.parts(row).zip(&self.columns).map(|(part, it)| part - it.least);
        Ok(data.iter_rows().flat_map(explain).map(math::finite).collect())
    }
}

impl Model for Hbos {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        let score = |row| math::finite(self.parts(row).fold(0.0, |sum, part| sum + part));
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.number(self.tol);
        state.integer(self.columns.len() as u64);
        for column in &self.columns {
            state.numbers(column.edges.as_slice());
            state.numbers(&column.parts);
            state.number(column.least);
        }
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let tol = state.number()?;
        let count = state.count(bytes.len())?;
        let columns =
            (0..count).map(|_| Histogram::read(&mut state)).collect::<Result<Vec<_>, _>>()?;
        state.finish()?;
        if columns.is_empty() || !(0.0..1.0).contains(&tol) {
            return Err(state::bad("there is no such tolerance, or no column"));
        }
        Ok(Self { columns, tol })
    }
}

impl Histogram {
    fn read(state: &mut state::Reader<'_>) -> Result<Self, Error> {
        let (edges, parts, least) = (state.numbers()?, state.numbers()?, state.number()?);
        let edges = Edges::checked(edges).filter(|edges| edges.bins() == parts.len());
        let edges = edges.ok_or_else(|| state::bad("the bins are no bins"))?;
        if !parts.iter().chain([&least]).all(|part| part.is_finite()) {
            return Err(state::bad("a part is not finite"));
        }
        Ok(Self::from_parts(edges, parts, least))
    }
}
