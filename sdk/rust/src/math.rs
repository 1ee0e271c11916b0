//! Transcendental functions with the same bits on every machine, natively and in the sandbox.
//! (`f64::sqrt`, `abs`, `floor` and the four operations are exact everywhere already.)

pub use libm::{atan, cos, erf, exp, exp2, expm1, lgamma, log, log1p, log2, log10, pow, sin, tanh};

/// The finite number nearest to a score: a sum that grew too large is the greatest there is, and
/// so is one that lost itself between infinities.
#[must_use]
pub fn finite(score: f64) -> f64 {
    if score.is_nan() { f64::MAX } else { score.clamp(f64::MIN, f64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::finite;

    #[test]
    fn no_score_is_infinite() {
        assert_eq!(finite(2.5), 2.5);
        assert_eq!(finite(f64::INFINITY), f64::MAX);
        assert_eq!(finite(f64::NAN), f64::MAX);
        assert_eq!(finite(f64::NEG_INFINITY), f64::MIN);
    }
}
