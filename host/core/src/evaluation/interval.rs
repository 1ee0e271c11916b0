//! Figures and how far they can be trusted: intervals that hold the truth 95 times of 100.

use serde::Serialize;

/// The 0.975 quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A figure, its 95 % confidence interval, and from how much it was computed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Estimate {
    /// `None` where there is nothing to compute it from.
    pub value: Option<f64>,
    /// The lower end; `None` where there is too little for an interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Of how many.
    pub count: u64,
}

impl Estimate {
    /// The same through a function that never falls.
    #[must_use]
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Self {
        let Self { value, low, high, count } = self;
        Self { value: value.map(&rising), low: low.map(&rising), high: high.map(&rising), count }
    }

    /// The same, with ends that the figure cannot pass.
    #[must_use]
    pub fn within(self, least: f64, most: f64) -> Self {
        self.map(|it| it.clamp(least, most))
    }
}

/// `part` of `whole`, with the score interval (E. B. Wilson, Journal of the American Statistical
/// Association 22, 1927): right also near 0 and 1, and for small numbers. `part` ≤ `whole`.
#[must_use]
pub fn proportion(part: u64, whole: u64) -> Estimate {
    if whole == 0 {
        return Estimate::default();
    }
    let (n, z2) = (float(whole), Z * Z);
    let share = float(part) / n;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the formula is exact, its rounding is not.
    let low = if part == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if part == whole { 1.0 } else { (middle + half).min(1.0) };
    Estimate { value: Some(share), low: Some(low), high: Some(high), count: whole }
}

/// The share `a` less the share `b`, each `(part, whole)`, with the hybrid score interval (method
/// 10 of R. G. Newcombe, Statistics in Medicine 17, 1998). Within [−1, 1].
#[must_use]
pub fn difference(a: (u64, u64), b: (u64, u64)) -> Estimate {
    let (first, second) = (proportion(a.0, a.1), proportion(b.0, b.1));
    let ends = |it: Estimate| Some((it.value?, it.low?, it.high?));
    let (Some((p, p_low, p_high)), Some((q, q_low, q_high))) = (ends(first), ends(second)) else {
        return Estimate::default();
    };
    let distance = |x: f64, y: f64| (x * x + y * y).sqrt();
    Estimate {
        value: Some(p - q),
        low: Some(p - q - distance(p - p_low, q_high - q)),
        high: Some(p - q + distance(p_high - p, q - q_low)),
        count: a.1.min(b.1),
    }
}

/// The share `a` in parts of the share `b`, each `(part, whole)`, half an occurrence added to each
/// part and to each whole so that zeros have a ratio too (S. D. Walter, Biometrika 62, 1975), with
/// the interval of its logarithm (D. Katz and others, Biometrics 34, 1978). At least 0.
#[must_use]
pub fn risk_ratio(a: (u64, u64), b: (u64, u64)) -> Estimate {
    if a.1 == 0 || b.1 == 0 {
        return Estimate::default();
    }
    log_ratio([a.0, a.1, b.0, b.1].map(|count| float(count) + 0.5), a.1.min(b.1))
}

fn log_ratio([a, m, b, n]: [f64; 4], count: u64) -> Estimate {
    let half = Z * (1.0 / a - 1.0 / m + 1.0 / b - 1.0 / n).max(0.0).sqrt();
    let ratio = (a / m) / (b / n);
    let (low, high) = (ratio * libm::exp(-half), ratio * libm::exp(half));
    Estimate { value: Some(ratio), low: Some(low), high: Some(high), count }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 are ever counted")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Estimate, value: f64, low: f64, high: f64) {
        for (found, expected) in [(found.value, value), (found.low, low), (found.high, high)] {
            let found = found.unwrap();
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    /// `binomtest(…).proportion_ci(method="wilson")` of SciPy 1.17.
    #[test]
    fn proportions_are_those_of_scipy() {
        check(proportion(0, 100), 0.0, 0.0, 0.036_993_498_206_985_68);
        check(proportion(3, 100), 0.03, 0.010_254_524_024_038_925, 0.084_519_364_290_527_62);
        check(proportion(100, 100), 1.0, 0.963_006_501_793_014_3, 1.0);
        check(proportion(1, 7), 1.0 / 7.0, 0.025_679_624_344_743_58, 0.513_127_829_274_319_1);
        assert_eq!(proportion(0, 0), Estimate::default());
    }

    /// The first is example (a) of the paper, which gives 0.0524 and 0.3339; all of them out of the
    /// intervals of SciPy 1.17.
    #[test]
    fn differences_are_those_of_newcombe() {
        let expected = (0.052_431_472_402_364_815, 0.333_872_654_036_905_9);
        check(difference((56, 70), (48, 80)), 0.2, expected.0, expected.1);
        let end = 0.036_993_498_206_985_68;
        check(difference((0, 100), (0, 100)), 0.0, -end, end);
        let expected = (0.170_522_723_934_502_53, 0.809_017_973_535_488_1);
        check(difference((9, 10), (3, 10)), 0.6, expected.0, expected.1);
        assert_eq!(difference((0, 0), (3, 10)), Estimate::default());
    }

    /// `scipy.stats.contingency.relative_risk` of SciPy 1.17, which adds nothing to zeros.
    #[test]
    fn ratios_are_those_of_scipy() {
        let expected = (1.583_699_092_670_011_6, 3.788_678_631_546_635_4);
        let found = log_ratio([27.0, 122.0, 44.0, 487.0], 122);
        check(found, 2.449_515_648_286_139_8, expected.0, expected.1);
        let none = risk_ratio((0, 50), (0, 50));
        assert_eq!(none.value, Some(1.0));
        assert!(none.low.unwrap() < 0.1 && none.high.unwrap() > 10.0);
    }
}
