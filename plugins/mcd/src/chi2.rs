//! The chi-squared distribution.

use pynomaly_sdk::math;

/// Steps of the series or the continued fraction; they end far earlier for what is asked here.
const STEPS_MAX: u32 = 10_000;

/// The probability of at most `x`, by the regularised incomplete gamma function P(df / 2, x / 2)
/// (W. H. Press et al., *Numerical Recipes*, section 6.2).
pub(crate) fn cdf(x: f64, degrees: f64) -> f64 {
    let (a, x) = (degrees / 2.0, x / 2.0);
    if x <= 0.0 {
        return 0.0;
    }
    let front = math::exp(a * math::log(x) - x - math::lgamma(a));
    if x < a + 1.0 { front * series(a, x) } else { 1.0 - front * fraction(a, x) }
}

/// The value that is not exceeded with this probability, below 1: by halving.
pub(crate) fn ppf(probability: f64, degrees: f64) -> f64 {
    let mut high = degrees;
    while cdf(high, degrees) < probability && high < f64::MAX / 2.0 {
        high *= 2.0;
    }
    let mut low = 0.0;
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return high;
        }
        if cdf(middle, degrees) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Σ xⁿ / (a (a + 1) … (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for step in 1..STEPS_MAX {
        term *= x / (a + f64::from(step));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// Lentz's method for 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − …)).
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::MAX;
    let mut d = 1.0 / b;
    let mut product = d;
    for step in 1..STEPS_MAX {
        let step = f64::from(step);
        let numerator = step * (a - step);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        product *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_scipy() {
        for (x, degrees, expected) in [
            (1.0, 1.0, 0.682_689_492_137_085_9),
            (3.841_458_820_694_124, 1.0, 0.95),
            (9.348_403_604_496_148, 3.0, 0.975),
            (77.929_465_165_017_26, 100.0, 0.05),
        ] {
            assert!((cdf(x, degrees) - expected).abs() < 1e-12, "{x} {degrees}");
            assert!((ppf(expected, degrees) - x).abs() < 1e-8 * x, "{x} {degrees}");
        }
        assert_eq!(cdf(0.0, 4.0), 0.0);
    }
}
