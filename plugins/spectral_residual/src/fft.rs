//! The fast Fourier transform of a power of 2, with the same bits everywhere.

use pynomaly_sdk::math;
use std::f64::consts::TAU;

/// Real and imaginary part.
pub(crate) type Complex = [f64; 2];

/// What transforming `size` values needs to know.
#[derive(Debug)]
pub(crate) struct Fft {
    /// Where each value comes from: its index with the bits turned around.
    order: Vec<usize>,
    /// exp(-2πi·k / size) for k below size / 2.
    roots: Vec<Complex>,
}

impl Fft {
    /// For `size`, a power of 2 and at least 2.
    #[expect(clippy::cast_precision_loss, reason = "a small power of 2")]
    pub(crate) fn new(size: usize) -> Self {
        let bits = size.trailing_zeros();
        let turned = |index: usize| index.reverse_bits() >> (usize::BITS - bits);
        let root = |index: usize| {
            let angle = TAU * index as f64 / size as f64;
            [math::cos(angle), -math::sin(angle)]
        };
        Self { order: (0..size).map(turned).collect(), roots: (0..size / 2).map(root).collect() }
    }

    /// The transform, after Cooley and Tukey (1965): halves of 1, 2, 4, … values are combined.
    pub(crate) fn transform(&self, values: &[Complex], out: &mut Vec<Complex>) {
        out.clear();
        out.extend(self.order.iter().map(|from| values.get(*from).copied().unwrap_or_default()));
        let mut half = 1;
        while half < self.order.len() {
            let roots = self.roots.iter().step_by(self.roots.len() / half);
            for pair in out.chunks_exact_mut(2 * half) {
                let (lower, upper) = pair.split_at_mut(half);
                for ((a, b), root) in lower.iter_mut().zip(upper).zip(roots.clone()) {
                    let turned = product(*b, *root);
                    (*a, *b) = (
                        [a[0] + turned[0], a[1] + turned[1]],
                        [a[0] - turned[0], a[1] - turned[1]],
                    );
                }
            }
            half *= 2;
        }
    }
}

fn product(a: Complex, b: Complex) -> Complex {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::{Complex, Fft};

    /// By the definition.
    fn slowly(values: &[Complex]) -> Vec<Complex> {
        let size = values.len();
        let at = |frequency: usize| {
            values.iter().enumerate().fold([0.0, 0.0], |sum, (place, value)| {
                let angle =
                    -std::f64::consts::TAU * ((frequency * place) % size) as f64 / size as f64;
                let turned = super::product(*value, [libm_cos(angle), libm_sin(angle)]);
                [sum[0] + turned[0], sum[1] + turned[1]]
            })
        };
        (0..size).map(at).collect()
    }

    fn libm_cos(angle: f64) -> f64 {
        pynomaly_sdk::math::cos(angle)
    }

    fn libm_sin(angle: f64) -> f64 {
        pynomaly_sdk::math::sin(angle)
    }

    #[test]
    fn transforms_are_those_of_the_definition() {
        for size in [2, 4, 16, 128] {
            let values: Vec<_> =
                (0..size).map(|it| [((it * 7) % 11) as f64, ((it * 5) % 3) as f64]).collect();
            let mut out = Vec::new();
            Fft::new(size).transform(&values, &mut out);
            for (found, expected) in out.iter().zip(slowly(&values)) {
                assert!(
                    (found[0] - expected[0]).abs() < 1e-9 && (found[1] - expected[1]).abs() < 1e-9
                );
            }
        }
    }
}
