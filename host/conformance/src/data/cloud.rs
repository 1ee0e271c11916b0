//! Independent rows.

use super::matrix;
use super::random::Generator;
use pynomaly_core::Matrix;

/// Standard normal rows around the origin, each column with its own scale and place.
pub(crate) fn cloud(rows: usize, columns: usize, stream: u64) -> Matrix {
    let mut random = Generator::new(stream);
    let value = |at: usize| {
        let place = (at % columns) as u32;
        random.normal() * f64::from(1 + place % 3) + f64::from(place)
    };
    matrix(columns, (0..rows * columns).map(value).collect())
}
