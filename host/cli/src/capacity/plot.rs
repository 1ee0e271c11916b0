//! The forecast drawn: a panel for each resource of which something is known.

use super::forecast::{Forecast, Outlook};
use super::report::day;
use crate::svg::{Anchor, Panel, Pen, Svg};

const SIDE: f64 = 300.0;
/// A panel with the words around it.
const CELL: (f64, f64) = (420.0, 420.0);
const COLUMNS: usize = 3;
/// Points of the curve ahead.
const STEPS: u16 = 100;

const SEEN: Pen = Pen { color: "#0072b2", width: 1.2, dashes: "" };
const AHEAD: Pen = Pen { color: "#d55e00", width: 1.8, dashes: "7 3" };
const LIMIT: Pen = Pen { color: "#000000", width: 1.2, dashes: "2 3" };

/// An SVG document; what is not known is a line of words below.
pub(crate) fn draw(forecasts: &[Forecast], outlook: &Outlook) -> String {
    let (known, unknown): (Vec<_>, Vec<_>) =
        forecasts.iter().partition(|forecast| forecast.trend.is_some());
    let (width, height) = CELL;
    let across: f64 = std::iter::repeat_n(width, COLUMNS).sum();
    let down: f64 = std::iter::repeat_n(height, known.len().div_ceil(COLUMNS)).sum();
    let below: f64 = std::iter::repeat_n(22.0, unknown.len() + 1).sum();
    let mut svg = Svg::new(across, down + below);
    let (mut left, mut top) = (70.0, 40.0);
    for forecast in known {
        panel(&mut svg, Panel { left, top, side: SIDE }, forecast, outlook);
        left += width;
        if left > across {
            (left, top) = (70.0, top + height);
        }
    }
    let mut y = down + 22.0;
    for forecast in unknown {
        let words = format!("{}: {}", forecast.resource.name, forecast.recommendation());
        svg.text((70.0, y), Anchor::Start, &words);
        y += 22.0;
    }
    svg.finish()
}

fn panel(svg: &mut Svg, panel: Panel, forecast: &Forecast, outlook: &Outlook) {
    let (history, horizon) = (outlook.history.seconds(), outlook.horizon.seconds());
    let Some(trend) = forecast.trend else { return };
    let ahead = (0..=STEPS).map(|step| {
        let t = horizon * f64::from(step) / f64::from(STEPS);
        (t, trend.after(t, outlook.growth, horizon))
    });
    let ahead: Vec<_> = ahead.collect();
    let all = forecast.points.iter().chain(&ahead).map(|(_, amount)| *amount);
    let top = all.chain(forecast.limit).fold(f64::MIN_POSITIVE, f64::max);
    let place = |(t, amount): (f64, f64)| ((t + history) / (history + horizon), amount / top);
    let unit = forecast.resource.unit;
    let end = outlook.until + time::Duration::seconds(i64::from(outlook.horizon.whole_seconds()));
    let start = outlook.until - time::Duration::seconds(i64::from(outlook.history.whole_seconds()));
    let (x, y) =
        (format!("from {} to {}", day(start), day(end)), format!("parts of {}", unit.write(top)));
    svg.axes(panel, forecast.resource.name, &x, &y);
    svg.curve(panel, forecast.points.iter().map(|point| place(*point)), SEEN);
    svg.curve(panel, ahead.into_iter().map(place), AHEAD);
    if let Some(limit) = forecast.limit {
        svg.curve(panel, [place((-history, limit)), place((horizon, limit))], LIMIT);
    }
}
