//! Which tail of a column is the long one.

/// Sign of the sample skewness m₃ / m₂^1.5, as -1, 0 or 1; 0 for a constant column.
///
/// Where the sums grow beyond all numbers, they are those of the values as parts of the greatest.
///
/// The sums run from the first row to the last in four interleaved partial sums, so that they
/// are the same everywhere.
#[must_use]
pub(crate) fn sign(values: &[f64]) -> f64 {
    let mut third = third_moment(values);
    if !third.is_finite() {
        let greatest = values.iter().fold(0.0, |greatest, value| value.abs().max(greatest));
        third = third_moment(&values.iter().map(|value| value / greatest).collect::<Vec<_>>());
    }
    let is_constant = values.windows(2).all(|pair| pair.first() == pair.last());
    if is_constant || third == 0.0 { 0.0 } else { third.signum() }
}

/// The sum of the cubes of the distances from the mean.
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
fn third_moment(values: &[f64]) -> f64 {
    let mean = pynomaly_sdk::kernels::sum(values) / values.len() as f64;
    pynomaly_sdk::kernels::sum_of(values, |value| {
        let far = value - mean;
        far * far * far
    })
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn long_tails_have_their_sign() {
        assert_eq!(sign(&[1.0, 2.0, 3.0, 50.0, 2.0]), 1.0);
        assert_eq!(sign(&[-50.0, 2.0, 3.0, 1.0, 2.0]), -1.0);
        assert_eq!(sign(&[1.0, 2.0, 3.0]), 0.0);
        assert_eq!(sign(&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), 0.0);
        assert_eq!(sign(&[1e300, 1e300, -1e308, 1e300]), -1.0);
    }
}
