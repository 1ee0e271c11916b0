//! Scoring against the training rows alone, and the state.

use crate::{Detect, Method};
use pynomaly_sdk::prelude::*;

/// A fitted ECOD or COPOD: the sorted columns of the training rows.
#[derive(Debug)]
pub struct Ecod {
    columns: Vec<Column>,
    tails: Tails,
}

/// One column of the training rows.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its values, ascending.
    pub(crate) sorted: Vec<f64>,
    /// Sign of its skewness.
    pub(crate) skewness: f64,
}

/// How rare values are.
#[derive(Debug)]
pub(crate) struct Tails {
    method: Method,
    /// `-ln(count / n)` for every count that there can be.
    rarity: Vec<f64>,
}

impl Tails {
    /// For `rows` training rows. Entry 0 is for a value beyond all of them: it counts itself,
    /// so that its part is ln(n + 1), a little above the ln(n) of the most extreme training row,
    /// and finite.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn new(rows: usize, method: Method) -> Self {
        let rows_f64 = rows as f64;
        let beyond = math::log(rows_f64 + 1.0);
        let within = (1..=rows).map(|count| -math::log(count as f64 / rows_f64));
        Self { method, rarity: std::iter::once(beyond).chain(within).collect() }
    }

    /// A value's part of the score, from the number of training values that are not above it and
    /// not below it.
    pub(crate) fn part(&self, not_above: usize, not_below: usize, skewness: f64) -> f64 {
        let tail = |count: usize| self.rarity.get(count).copied().unwrap_or_default();
        self.method.joined(tail(not_above), tail(not_below), skewness)
    }

    /// The parts of ascending values of which no two are equal.
    pub(crate) fn parts_of_distinct(&self, skewness: f64) -> Vec<f64> {
        let within = self.rarity.get(1..).unwrap_or_default();
        let tails = within.iter().zip(within.iter().rev());
        tails.map(|(left, right)| self.method.joined(*left, *right, skewness)).collect()
    }
}

impl Method {
    /// One part out of both tails; no tail is NaN or negative.
    fn joined(self, left: f64, right: f64, skewness: f64) -> f64 {
        let greater = |a: f64, b: f64| if a > b { a } else { b };
        match self {
            _ if skewness == 0.0 => left + right,
            Self::Ecod => greater(left, right),
            Self::Copod => {
                let long = if skewness < 0.0 { left } else { right };
                greater(long, f64::midpoint(left, right))
            }
        }
    }
}

impl Ecod {
    pub(crate) fn new(columns: Vec<Column>, tails: Tails) -> Self {
        Self { columns, tails }
    }

    /// The columns' parts of the row's score.
    fn parts(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        row.iter().zip(&self.columns).map(|(value, column)| {
            let not_above = column.sorted.partition_point(|training| training <= value);
            let below = column.sorted.partition_point(|training| training < value);
            self.tails.part(not_above, column.sorted.len() - below, column.skewness)
        })
    }
}

impl ExplainingModel for Ecod {
    /// The parts of the score.
    fn explain(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        Ok(data.iter_rows().flat_map(|row| self.parts(row)).collect())
    }
}

impl Model for Ecod {
    fn score(&self, data: &Matrix<'_>) -> Result<Vec<f64>, Error> {
        Error::check_columns(self.columns.len(), data.columns())?;
        let score = |row| self.parts(row).fold(0.0, |sum, part| sum + part);
        Ok(data.iter_rows().map(score).collect())
    }

    fn save(&self) -> Vec<u8> {
        let mut state = state::Writer::new(Detect::ABOUT.state_version);
        state.integer(self.tails.method as u64);
        state.integer(self.columns.len() as u64);
        for column in &self.columns {
            state.number(column.skewness);
            state.numbers(&column.sorted);
        }
        state.finish()
    }

    fn load(bytes: &[u8]) -> Result<Self, Error> {
        let mut state = state::Reader::new(bytes, Detect::ABOUT.state_version)?;
        let method = match state.integer()? {
            0 => Method::Ecod,
            1 => Method::Copod,
            _ => return Err(state::bad("there is no such method")),
        };
        let count = state.count(bytes.len())?;
        let columns =
            (0..count).map(|_| Column::read(&mut state)).collect::<Result<Vec<_>, _>>()?;
        state.finish()?;
        let rows = columns.first().map_or(0, |column| column.sorted.len());
        if rows == 0 || columns.iter().any(|column| column.sorted.len() != rows) {
            return Err(state::bad("the columns have not the same number of rows"));
        }
        Ok(Self { columns, tails: Tails::new(rows, method) })
    }
}

impl Column {
    fn read(state: &mut state::Reader<'_>) -> Result<Self, Error> {
        let skewness = state.number()?;
        let sorted = state.numbers()?;
        let ascending =
            sorted.is_sorted_by(|a, b| a <= b) && sorted.iter().all(|it| it.is_finite());
        if !ascending || ![-1.0, 0.0, 1.0].contains(&skewness) {
            return Err(state::bad("a column is not sorted"));
        }
        Ok(Self { sorted, skewness })
    }
}
