//! Rows that checks try a plugin with: the same on every machine.

mod cloud;
mod labelled;
mod random;
mod series;

pub(crate) use cloud::cloud;
pub(crate) use labelled::{Labelled, labelled};
pub(crate) use series::series;

use pynomaly_core::{Matrix, Task};

/// Rows of the kind that a task is tried with: a normal cloud, or moments of a season of 24.
#[must_use]
pub fn usual_rows(task: Task, rows: usize, columns: usize) -> Matrix {
    match task {
        Task::Tabular => cloud(rows, columns, 1),
        Task::TimeSeries => series(rows, columns, 1),
    }
}

/// A matrix of values that are finite, as many as fill rows of `columns`.
#[expect(clippy::expect_used, reason = "every caller fills whole rows with finite values")]
pub(crate) fn matrix(columns: usize, values: Vec<f64>) -> Matrix {
    Matrix::new(columns, values).expect("whole rows of finite values")
}
