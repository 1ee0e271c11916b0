//! Which tail of a column is the long one.

/// Sign of the sample skewness m₃ / m₂^1.5, as -1, 0 or 1; 0 for a constant column.
///
/// The sums run from the first row to the last in four interleaved partial sums, so that they
/// are the same everywhere.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a number of rows")]
pub(crate) fn sign(values: &[f64]) -> f64 {
    let mean = pynomaly_sdk::kernels::sum(values) / values.len() as f64;
    let third = pynomaly_sdk::kernels::sum_of(values, |value| {
        let far = value - mean;
        far * far * far
    });
    let is_constant = values.windows(2).all(|pair| pair.first() == pair.last());
    if is_constant || third == 0.0 { 0.0 } else { third.signum() }
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
    }
}
