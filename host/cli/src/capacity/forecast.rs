//! What becomes of a resource until the horizon.

use super::resources::Resource;
use super::span::Span;
use super::trend::Trend;
use time::{Duration, OffsetDateTime};

/// The share of a limit that is not to be passed.
pub(crate) const SHARE_MAX: f64 = 0.8;

/// From where to where is looked.
pub(crate) struct Outlook {
    pub(crate) until: OffsetDateTime,
    pub(crate) history: Span,
    pub(crate) horizon: Span,
    /// In parts, until the horizon, beside the trend.
    pub(crate) growth: f64,
}

/// A resource with its future.
pub(crate) struct Forecast {
    pub(crate) resource: &'static Resource,
    /// (seconds from the end of the history, amount).
    pub(crate) points: Vec<(f64, f64)>,
    /// How much there is; `None` where nobody says.
    pub(crate) limit: Option<f64>,
    /// `None` where there are too few points.
    pub(crate) trend: Option<Trend>,
    /// At the horizon; `None` without a trend.
    pub(crate) expected: Option<f64>,
    /// When 80 % of the limit is passed, if that is before the horizon.
    pub(crate) tight_at: Option<OffsetDateTime>,
    /// When the limit is reached, if that is before the horizon.
    pub(crate) full_at: Option<OffsetDateTime>,
}

impl Forecast {
    pub(crate) fn new(
        resource: &'static Resource,
        points: Vec<(f64, f64)>,
        limit: Option<f64>,
        outlook: &Outlook,
    ) -> Self {
        let (growth, horizon) = (outlook.growth, outlook.horizon.seconds());
        let trend = Trend::fit(&points);
        let expected = trend.map(|it| it.after(horizon, growth, horizon));
        let when = |share: f64| {
            let seconds = trend?.reaches(limit? * share, growth, horizon)?;
            let at = outlook.until.checked_add(Duration::seconds_f64(seconds))?;
            Some(at.truncate_to_second())
        };
        let (tight_at, full_at) = (when(SHARE_MAX), when(1.0));
        Self { resource, points, limit, trend, expected, tight_at, full_at }
    }

    /// What to do, or why nothing can be said.
    pub(crate) fn recommendation(&self) -> String {
        let Resource { unit, source, advice, .. } = self.resource;
        if self.points.is_empty() {
            return format!("nothing is known: Prometheus has no series of {source}");
        }
        match (self.expected, self.limit) {
            (None, _) => format!("nothing can be said: {} points only", self.points.len()),
            (_, None) => "no limit is known".to_owned(),
            (Some(expected), Some(_)) if self.tight_at.is_some() => {
                let needed = expected / SHARE_MAX;
                format!("{advice}: {} keep it below 80 %", unit.write(needed))
            }
            _ => "enough".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::resources::RESOURCES;

    fn forecast(points: Vec<(f64, f64)>, limit: Option<f64>) -> Forecast {
        let outlook = Outlook {
            until: OffsetDateTime::UNIX_EPOCH,
            history: "30d".parse().unwrap(),
            horizon: "100d".parse().unwrap(),
            growth: 0.0,
        };
        Forecast::new(&RESOURCES[0], points, limit, &outlook)
    }

    /// 100 now, one more each day.
    fn rising() -> Vec<(f64, f64)> {
        (-30..=0).map(|day| (f64::from(day) * 86_400.0, 100.0 + f64::from(day))).collect()
    }

    #[test]
    fn resource_is_seen_to_before_it_runs_out() {
        let found = forecast(rising(), Some(150.0));
        let days = |at: Option<OffsetDateTime>| {
            at.map(|at| (at - OffsetDateTime::UNIX_EPOCH).as_seconds_f64() / 86_400.0)
        };
        assert!((days(found.tight_at).unwrap() - 20.0).abs() < 0.01);
        assert!((days(found.full_at).unwrap() - 50.0).abs() < 0.01);
        assert_eq!(found.recommendation(), "add replicas: 250.0 req/s keep it below 80 %");
    }

    #[test]
    fn enough_is_enough() {
        let found = forecast(rising(), Some(1_000.0));
        assert_eq!((found.tight_at, found.full_at), (None, None));
        assert_eq!(found.recommendation(), "enough");
    }

    #[test]
    fn what_is_not_known_is_an_answer() {
        let nothing = forecast(Vec::new(), Some(1.0));
        assert!(nothing.recommendation().starts_with("nothing is known"));
        let few = forecast(vec![(0.0, 1.0); 3], Some(1.0));
        assert_eq!(few.recommendation(), "nothing can be said: 3 points only");
        assert_eq!(forecast(rising(), None).recommendation(), "no limit is known");
    }
}
