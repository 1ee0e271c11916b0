//! The forecast for the eye.

use super::forecast::{Forecast, Outlook};
use time::OffsetDateTime;

const MONTH: f64 = 30.0 * 86_400.0;
const HEAD: [&str; 8] =
    ["resource", "now", "a month", "expected", "limit", "80 % on", "full on", "recommendation"];

pub(crate) fn render(forecasts: &[Forecast], outlook: &Outlook) -> String {
    let Outlook { until, history, horizon, growth } = outlook;
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(forecasts.iter().map(row));
    let widths: [usize; 8] = std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let mut text = format!(
        "From {history} before {} to {horizon} after it, with {:.0} % of growth beside the trend\n\n",
        day(*until),
        growth * 100.0,
    );
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(forecast: &Forecast) -> [String; 8] {
    let unit = forecast.resource.unit;
    let amount = |amount: Option<f64>| amount.map_or_else(none, |it| unit.write(it));
    let on = |at: Option<OffsetDateTime>| at.map_or_else(none, day);
    let trend = forecast.trend;
    [
        forecast.resource.name.to_owned(),
        amount(trend.map(|it| it.level)),
        trend.map_or_else(none, |it| unit.write_change(it.slope * MONTH)),
        amount(forecast.expected),
        amount(forecast.limit),
        on(forecast.tight_at),
        on(forecast.full_at),
        forecast.recommendation(),
    ]
}

fn none() -> String {
    "–".to_owned()
}

/// In UTC, as everything here.
pub(crate) fn day(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).date().to_string()
}
