//! The forecast for machines.

use super::forecast::{Forecast, Outlook};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[derive(Serialize)]
struct Report {
    until: Option<String>,
    history_seconds: u32,
    horizon_seconds: u32,
    growth_rate: f64,
    resources: Vec<Row>,
}

/// Amounts in requests a second, cores, bytes, parts of one, or pieces.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    points: usize,
    level: Option<f64>,
    slope_per_second: Option<f64>,
    r_squared: Option<f64>,
    expected: Option<f64>,
    limit: Option<f64>,
    reaches_80_percent_at: Option<String>,
    reaches_limit_at: Option<String>,
    recommendation: String,
}

pub(crate) fn render(forecasts: &[Forecast], outlook: &Outlook) -> anyhow::Result<String> {
    let report = Report {
        until: moment(Some(outlook.until)),
        history_seconds: outlook.history.whole_seconds(),
        horizon_seconds: outlook.horizon.whole_seconds(),
        growth_rate: outlook.growth,
        resources: forecasts.iter().map(row).collect(),
    };
    Ok(serde_json::to_string_pretty(&report)? + "\n")
}

fn row(forecast: &Forecast) -> Row {
    Row {
        name: forecast.resource.name,
        points: forecast.points.len(),
        level: forecast.trend.map(|it| it.level),
        slope_per_second: forecast.trend.map(|it| it.slope),
        r_squared: forecast.trend.map(|it| it.r_squared),
        expected: forecast.expected,
        limit: forecast.limit,
        reaches_80_percent_at: moment(forecast.tight_at),
        reaches_limit_at: moment(forecast.full_at),
        recommendation: forecast.recommendation(),
    }
}

fn moment(at: Option<OffsetDateTime>) -> Option<String> {
    at?.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok()
}
