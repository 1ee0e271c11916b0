//! Moments of a series.

use super::matrix;
use super::random::Generator;
use pynomaly_core::Matrix;

/// Moments of a season.
const SEASON: usize = 24;

/// A season of 24 moments with a little noise; every column half a season behind the last.
pub(crate) fn series(rows: usize, columns: usize, stream: u64) -> Matrix {
    let mut random = Generator::new(stream);
    let value = |at: usize| {
        let moment = at / columns + at % columns * SEASON / 2;
        wave(moment) + 0.1 * random.normal()
    };
    matrix(columns, (0..rows * columns).map(value).collect())
}

/// One sine a season.
fn wave(moment: usize) -> f64 {
    let phase = (moment % SEASON) as u32;
    libm::sin(f64::from(phase) / SEASON as f64 * std::f64::consts::TAU)
}
