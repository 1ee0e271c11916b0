//! A line through points, and where it leads.

use pynomaly_core::threshold::quantile;

/// Fewer say nothing.
const POINTS_MIN: usize = 12;
/// The share of points that lie below the line once it is raised.
const QUANTILE: f64 = 0.95;

/// `level + slope · t`, t in seconds from the end of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trend {
    /// What is to be expected in the busy hours at the end of the history: the fitted line there,
    /// raised by the 95th percentile of what lies above it.
    pub(crate) level: f64,
    /// Change a second.
    pub(crate) slope: f64,
    /// The share of the variance that the line explains, 0 to 1; 0 where nothing varies.
    pub(crate) r_squared: f64,
}

impl Trend {
    /// Ordinary least squares through `(t, value)`; `None` where there are fewer than 12, or all
    /// at the same time.
    pub(crate) fn fit(points: &[(f64, f64)]) -> Option<Self> {
        if points.len() < POINTS_MIN {
            return None;
        }
        let (mean_t, mean_value) = (mean(points, |(t, _)| t), mean(points, |(_, value)| value));
        let spread = mean(points, |(t, _)| (t - mean_t) * (t - mean_t));
        let covariance = mean(points, |(t, value)| (t - mean_t) * (value - mean_value));
        let variance = mean(points, |(_, value)| (value - mean_value) * (value - mean_value));
        if spread <= 0.0 {
            return None;
        }
        let slope = covariance / spread;
        let at_end = mean_value - slope * mean_t;
        let residuals: Vec<_> =
            points.iter().map(|(t, value)| value - (at_end + slope * t)).collect();
        let above = quantile(&residuals, QUANTILE)?.max(0.0);
        let r_squared = if variance > 0.0 { slope * covariance / variance } else { 0.0 };
        Some(Self { level: at_end + above, slope, r_squared })
    }

    /// What is to be expected after `t` seconds, if demand grows by the share `growth` until
    /// `horizon` beside the trend; at least nought.
    pub(crate) fn after(&self, t: f64, growth: f64, horizon: f64) -> f64 {
        ((self.level + self.slope * t) * (1.0 + growth * t / horizon)).max(0.0)
    }

    /// Seconds until `amount` is reached; `None` where that is not before the horizon.
    pub(crate) fn reaches(&self, amount: f64, growth: f64, horizon: f64) -> Option<f64> {
        if self.level >= amount {
            return Some(0.0);
        }
        // (level + slope·t)(1 + c·t) = amount, as a·t² + b·t + d = 0.
        let c = growth / horizon;
        let (a, b, d) = (self.slope * c, self.slope + self.level * c, self.level - amount);
        roots(a, b, d).into_iter().flatten().find(|t| (0.0..=horizon).contains(t))
    }
}

/// The roots of a polynomial of degree 2 or less, the smaller one first.
fn roots(a: f64, b: f64, d: f64) -> [Option<f64>; 2] {
    if a == 0.0 {
        return [(b != 0.0).then(|| -d / b), None];
    }
    let discriminant = b * b - 4.0 * a * d;
    if discriminant < 0.0 {
        return [None, None];
    }
    // Without the difference of nearly equal numbers.
    let q = -0.5 * (b + discriminant.sqrt().copysign(b));
    let (first, second) = (q / a, if q == 0.0 { q / a } else { d / q });
    [Some(first.min(second)), Some(first.max(second))]
}

#[expect(clippy::cast_precision_loss, reason = "at most 11,000 points")]
fn mean(points: &[(f64, f64)], of: impl Fn((f64, f64)) -> f64) -> f64 {
    points.iter().map(|point| of(*point)).sum::<f64>() / points.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: f64 = 86_400.0;

    /// Thirty days, ending at 0, of a line with a swing around it.
    fn days(at_end: f64, a_day: f64, swing: f64) -> Vec<(f64, f64)> {
        let point = |hour: i32| {
            let t = f64::from(hour - 720) * 3_600.0;
            let sign = if hour % 2 == 0 { swing } else { -swing };
            (t, at_end + a_day * t / DAY + sign)
        };
        (0..=720).map(point).collect()
    }

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < expected.abs() * 1e-3 + 1e-9
    }

    #[test]
    fn line_is_found_and_busy_hours_count() {
        let trend = Trend::fit(&days(100.0, 1.0, 0.0)).unwrap();
        assert!(is_near(trend.level, 100.0) && is_near(trend.slope * DAY, 1.0), "{trend:?}");
        assert!(is_near(trend.r_squared, 1.0), "{trend:?}");
        let trend = Trend::fit(&days(100.0, 0.0, 10.0)).unwrap();
        assert!((trend.level - 110.0).abs() < 0.1 && trend.r_squared < 0.01, "{trend:?}");
    }

    #[test]
    fn last_against_first_would_say_the_opposite() {
        let mut points = days(100.0, 1.0, 0.0);
        points[0].1 = 200.0;
        assert!(Trend::fit(&points).unwrap().slope > 0.0);
    }

    #[test]
    fn too_few_points_and_none_are_no_trend() {
        let points = days(100.0, 1.0, 0.0);
        assert_eq!(Trend::fit(&[]), None);
        assert_eq!(Trend::fit(&points[..11]), None);
        assert!(Trend::fit(&points[..12]).is_some());
        assert_eq!(Trend::fit(&[(0.0, 1.0); 20]), None);
    }

    #[test]
    fn limits_are_reached_where_the_curve_meets_them() {
        let trend = Trend { level: 100.0, slope: 1.0 / DAY, r_squared: 1.0 };
        let horizon = 180.0 * DAY;
        assert_eq!(trend.reaches(90.0, 0.0, horizon), Some(0.0));
        assert!(is_near(trend.reaches(160.0, 0.0, horizon).unwrap(), 60.0 * DAY));
        assert_eq!(trend.reaches(281.0, 0.0, horizon), None);
        // (100 + 180)(1 + 0.2) at the horizon.
        assert!(is_near(trend.after(horizon, 0.2, horizon), 336.0));
        assert!(is_near(trend.reaches(336.0, 0.2, horizon).unwrap(), horizon));
        let when = trend.reaches(200.0, 0.2, horizon).unwrap();
        assert!(is_near(trend.after(when, 0.2, horizon), 200.0), "{when}");
        let flat = Trend { level: 100.0, slope: 0.0, r_squared: 0.0 };
        assert_eq!(flat.reaches(101.0, 0.0, horizon), None);
        assert!(is_near(flat.reaches(110.0, 0.2, horizon).unwrap(), horizon / 2.0));
        let falling = Trend { level: 100.0, slope: -1.0 / DAY, r_squared: 1.0 };
        assert_eq!(falling.reaches(101.0, 0.0, horizon), None);
        assert_eq!(falling.after(horizon, 0.0, horizon), 0.0);
    }
}
