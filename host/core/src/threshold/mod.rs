//! Where scores become verdicts: a row is an anomaly where its score is above the threshold.

mod automatic;
mod extreme_value;

pub use automatic::AutoThreshold;

/// The share of training rows taken for anomalies where the caller says nothing (PyOD's default).
pub const CONTAMINATION_DEFAULT: f64 = 0.1;
/// The greatest share of training rows that may be taken for anomalies, inclusive.
pub const CONTAMINATION_MAX: f64 = 0.5;

/// Why there is no threshold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThresholdError {
    /// Outside (0, [`CONTAMINATION_MAX`]], or NaN.
    #[error("contamination must be a number in (0, {CONTAMINATION_MAX}], not {0}")]
    Contamination(f64),
    /// An explicit threshold that is infinite or NaN.
    #[error("threshold must be a finite number, not {0}")]
    Threshold(f64),
    /// Not one of [`AutoThreshold::NAMES`].
    #[error("threshold must be a number or one of {names}, not {0:?}", names = AutoThreshold::NAMES.join(", "))]
    Method(String),
    /// There are no training scores.
    #[error("there are no training scores")]
    NoScores,
}

/// Whether `contamination` lies in (0, [`CONTAMINATION_MAX`]].
///
/// # Errors
/// [`ThresholdError::Contamination`] where it does not.
pub fn check_contamination(contamination: f64) -> Result<(), ThresholdError> {
    if contamination > 0.0 && contamination <= CONTAMINATION_MAX {
        Ok(())
    } else {
        Err(ThresholdError::Contamination(contamination))
    }
}

/// Whether an explicit `threshold` is finite.
///
/// # Errors
/// [`ThresholdError::Threshold`] where it is not.
pub fn check_threshold(threshold: f64) -> Result<(), ThresholdError> {
    if threshold.is_finite() { Ok(()) } else { Err(ThresholdError::Threshold(threshold)) }
}

/// The `1 − contamination` quantile of the training scores, as PyOD's `threshold_`: about that
/// share of the training rows score above it. The scores must be free of NaN.
///
/// # Errors
/// [`ThresholdError`] for a contamination out of range, or no scores.
pub fn from_contamination(
    training_scores: &[f64],
    contamination: f64,
) -> Result<f64, ThresholdError> {
    check_contamination(contamination)?;
    quantile(training_scores, 1.0 - contamination).ok_or(ThresholdError::NoScores)
}

/// The `q` quantile, interpolated linearly between the two nearest values: numpy's default
/// method, with its rounding. Linear time; the order of `values` does not matter. `None` where
/// there are no values or `q` is outside [0, 1]. NaN counts as greater than all numbers, so
/// callers pass values that are free of it.
#[must_use]
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&q) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 values fit in memory")]
    let place = (values.len() - 1) as f64 * q;
    let fraction = place.fract();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ..= len − 1")]
    let below = (place as usize).min(values.len() - 1);
    let mut values = values.to_vec();
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(interpolate(low, high, fraction))
}

/// `low + (high − low) · fraction`, rounded as numpy does: from the nearer end.
fn interpolate(low: f64, high: f64, fraction: f64) -> f64 {
    let gap = high - low;
    if fraction < 0.5 { low + gap * fraction } else { high - gap * (1.0 - fraction) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 11] = [3.0, -1.5, 0.25, 8.0, 8.0, 2.0, 1e-3, 7.5, -4.0, 0.1, 5.0];

    #[test]
    fn quantiles_are_those_of_numpy_2_4_6() {
        let expected = [
            (0.0, -4.0),
            (0.05, -2.75),
            (0.1, -1.5),
            (0.25, 0.0505),
            (1.0 / 3.0, 0.14999999999999997),
            (0.5, 2.0),
            (0.77, 6.75),
            (0.9, 8.0),
            (1.0, 8.0),
        ];
        for (q, value) in expected {
            assert_eq!(quantile(&VALUES, q), Some(value), "q = {q}");
        }
    }

    #[test]
    fn quantile_of_one_value_is_the_value() {
        assert_eq!(quantile(&[4.5], 0.9), Some(4.5));
    }

    #[test]
    fn quantile_of_nothing_or_outside_the_range_is_none() {
        assert_eq!(quantile(&[], 0.5), None);
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(&VALUES, q), None, "q = {q}");
        }
    }

    #[test]
    fn contamination_out_of_range_is_refused() {
        for wrong in [0.0, -0.1, 0.6, f64::NAN, f64::INFINITY] {
            let error = from_contamination(&VALUES, wrong).unwrap_err();
            assert!(matches!(error, ThresholdError::Contamination(_)), "{wrong}: {error}");
        }
        assert_eq!(from_contamination(&[], 0.1), Err(ThresholdError::NoScores));
    }

    #[test]
    fn explicit_threshold_must_be_finite() {
        assert_eq!(check_threshold(-3.5), Ok(()));
        assert!(check_threshold(f64::NAN).is_err() && check_threshold(f64::INFINITY).is_err());
    }

    #[test]
    fn a_tenth_of_the_rows_is_above_the_default_threshold() {
        let scores = (0..100).rev().map(f64::from).collect::<Vec<_>>();
        let threshold = from_contamination(&scores, CONTAMINATION_DEFAULT).unwrap();
        assert_eq!(scores.iter().filter(|score| **score > threshold).count(), 10);
        assert!(from_contamination(&scores, CONTAMINATION_MAX).is_ok());
    }
}
