//! The yardstick that path lengths are measured with.

use std::f64::consts::EULER_GAMMA;

/// c(n): the mean path length of an unsuccessful search in a binary search tree over `rows`
/// rows, 2 H(n − 1) − 2 (n − 1) / n (Liu et al. 2008, equation 1). The harmonic number H(i) is
/// ln i + Euler's constant, as in the paper; c(2) = 1 and c(0) = c(1) = 0 as in scikit-learn.
#[must_use]
pub fn average_path_length(rows: u32) -> f64 {
    if rows <= 1 {
        return 0.0;
    }
    if rows == 2 {
        return 1.0;
    }
    let n = f64::from(rows);
    2.0 * (libm::log(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
}
