//! What Prometheus remembers.

use super::span::Span;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::time::Duration;
use time::OffsetDateTime;
use ureq::Agent;

/// Prometheus refuses queries of more points.
const POINTS_MAX: u32 = 11_000;
/// More often than this, nothing is learnt.
const STEP_MIN: u32 = 60;
/// Of one query.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// Of an answer: one series of that many points has less than one MiB.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// A Prometheus that is asked.
pub(crate) struct Prometheus {
    agent: Agent,
    url: String,
}

/// From when to when, and how often. Seconds since 1970, which are of no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    start: i64,
    end: i64,
    step: u32,
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    values: Vec<(f64, String)>,
    value: Option<(f64, String)>,
}

impl Range {
    pub(crate) fn new(until: OffsetDateTime, history: &Span) -> Self {
        let (end, seconds) = (until.unix_timestamp(), history.whole_seconds());
        let step = seconds.div_ceil(POINTS_MAX - 1).max(STEP_MIN);
        Self { start: end - i64::from(seconds), end, step }
    }
}

impl Prometheus {
    pub(crate) fn new(url: &str) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(WAIT_MAX))
            .http_status_as_error(false)
            .build()
            .into();
        Self { agent, url: url.trim_end_matches('/').to_owned() }
    }

    /// The points of the one series that `query` gives, as (seconds from the end, value); none
    /// where it gives no series. What is no number is no point.
    ///
    /// # Errors
    /// Where Prometheus does not answer, refuses the query, or gives several series.
    pub(crate) fn range(&self, query: &str, range: Range) -> anyhow::Result<Vec<(f64, f64)>> {
        let Range { start, end, step } = range;
        let when = [("start", start.to_string()), ("end", end.to_string())];
        let step = ("step", step.to_string());
        let Some(series) = self.ask("query_range", query, when.into_iter().chain([step]))? else {
            return Ok(Vec::new());
        };
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        let end = end as f64;
        let number = |(at, value): (f64, String)| Some((at - end, finite(&value)?));
        Ok(series.values.into_iter().filter_map(number).collect())
    }

    /// The value of the one series that `query` gives at a moment; `None` where it gives none.
    ///
    /// # Errors
    /// As [`Self::range`].
    pub(crate) fn at(&self, query: &str, when: OffsetDateTime) -> anyhow::Result<Option<f64>> {
        let series = self.ask("query", query, [("time", when.unix_timestamp().to_string())])?;
        Ok(series.and_then(|it| it.value).and_then(|(_, value)| finite(&value)))
    }

    fn ask(
        &self,
        path: &str,
        query: &str,
        when: impl IntoIterator<Item = (&'static str, String)>,
    ) -> anyhow::Result<Option<Series>> {
        let url = format!("{}/api/v1/{path}", self.url);
        let asked = self.agent.get(&url).query("query", query).query_pairs(when).call();
        let mut answer = asked.with_context(|| format!("{url} does not answer"))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = text.with_context(|| format!("{url} does not finish its answer"))?;
        let answer: Answer = serde_json::from_str(&text)
            .with_context(|| format!("{url} answers {status}, and not as Prometheus does"))?;
        let Some(data) = answer.data else {
            let reason = answer.error.unwrap_or_default();
            bail!("Prometheus answers {status} to {query}: {reason}");
        };
        let mut series = data.result.into_iter();
        let first = series.next();
        if series.next().is_some() {
            bail!("Prometheus gives several series for {query}");
        }
        Ok(first)
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_query_asks_for_more_points_than_prometheus_gives() {
        let until = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        for history in ["1d", "7d", "8d", "30d", "1y", "10y"] {
            let Range { start, end, step } = Range::new(until, &history.parse().unwrap());
            let points = (end - start) / i64::from(step) + 1;
            assert!(points <= i64::from(POINTS_MAX) && step >= STEP_MIN, "{history}: {points}");
        }
    }

    #[test]
    fn numbers_are_told_from_what_is_none() {
        assert_eq!(finite("1.5e3"), Some(1_500.0));
        for text in ["NaN", "+Inf", "-Inf", ""] {
            assert_eq!(finite(text), None, "{text}");
        }
    }
}
