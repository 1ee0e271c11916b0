//! `pynomaly capacity`: how long what there is will be enough.

mod forecast;
mod json;
mod plot;
mod prometheus;
mod report;
mod resources;
mod span;
mod trend;

use crate::exit::Refused;
use anyhow::Context;
use forecast::{Forecast, Outlook};
use prometheus::{Prometheus, Range};
use resources::RESOURCES;
use span::Span;
use std::io::Write;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Predict from Prometheus when what there is will no longer be enough, and say what to do.
///
/// Each resource's use is read over the history. A line is fitted to it by least squares, and
/// raised by the 95th percentile of what lies above it, so that busy hours count. The line, times
/// the growth that is planned beside it, is followed to the horizon; a resource is to be seen to if
/// it passes 80 % of its limit before that.
///
/// Days and weeks are not modelled: a history of whole weeks is the better one.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly capacity --prometheus-url http://prometheus:9090
  pynomaly capacity --prometheus-url http://prometheus:9090 --growth-rate 0.2 --horizon 6m
  pynomaly capacity --prometheus-url http://prometheus:9090 --format svg > capacity.svg

Times are in UTC. A resource of which Prometheus knows nothing is a row that says so.")]
pub(crate) struct Arguments {
    /// Address of the Prometheus that watches the deployment.
    #[arg(long)]
    prometheus_url: String,
    /// Growth until the horizon that the past does not show, in parts: 0.2 for 20 %.
    #[arg(long, default_value_t = 0.0)]
    growth_rate: f64,
    /// How far to look ahead: a number and d, w, m (30 days) or y (365 days).
    #[arg(long, default_value = "6m")]
    horizon: Span,
    /// How far to look back, written the same.
    #[arg(long, default_value = "30d")]
    history: Span,
    /// End of the history, like 2026-01-31T00:00:00Z. Without it now.
    #[arg(long)]
    until: Option<String>,
    /// Requests a second that one replica is meant to serve.
    #[arg(long, default_value_t = 100.0)]
    requests_per_replica: f64,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// How to answer.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For the eye.
    Table,
    /// For machines.
    Json,
    /// A drawing.
    Svg,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let until = until(arguments)?;
    let outlook = Outlook {
        until,
        history: arguments.history.clone(),
        horizon: arguments.horizon.clone(),
        growth: within("--growth-rate", arguments.growth_rate, -0.99, 100.0)?,
    };
    within("--requests-per-replica", arguments.requests_per_replica, 1e-3, 1e9)?;
    let prometheus = Prometheus::new(&arguments.prometheus_url);
    let range = Range::new(until, &arguments.history);
    let mut forecasts = Vec::with_capacity(RESOURCES.len());
    for resource in &RESOURCES {
        let points = prometheus.range(resource.used, range)?;
        let per_replica = arguments.requests_per_replica.to_string();
        let limit = resource.limit.replace("$per_replica", &per_replica);
        let limit = prometheus.at(&limit, until)?;
        forecasts.push(Forecast::new(resource, points, limit, &outlook));
    }
    let text = match arguments.format {
        Format::Table => report::render(&forecasts, &outlook),
        Format::Json => json::render(&forecasts, &outlook)?,
        Format::Svg => plot::draw(&forecasts, &outlook),
    };
    std::io::stdout().write_all(text.as_bytes()).context("standard output cannot be written")
}

fn until(arguments: &Arguments) -> anyhow::Result<OffsetDateTime> {
    match &arguments.until {
        Some(text) => OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
            let words = format!("--until is {text:?}; it must be like 2026-01-31T00:00:00Z");
            Refused(words).into()
        }),
        None => Ok(OffsetDateTime::now_utc()),
    }
}

fn within(name: &str, value: f64, least: f64, most: f64) -> Result<f64, Refused> {
    // NaN lies in no range.
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Refused(format!("{name} is {value}; it must be a number from {least} to {most}")))
    }
}
