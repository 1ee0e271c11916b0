//! Rows that checks try a plugin with: the same on every machine.

mod cloud;
mod labelled;
mod random;
mod series;

pub(crate) use cloud::cloud;
pub(crate) use labelled::{Labelled, labelled};
pub(crate) use series::series;

use pynomaly_core::Matrix;

/// A matrix of values that are finite, as many as fill rows of `columns`.
#[expect(clippy::expect_used, reason = "every caller fills whole rows with finite values")]
pub(crate) fn matrix(columns: usize, values: Vec<f64>) -> Matrix {
    Matrix::new(columns, values).expect("whole rows of finite values")
}
