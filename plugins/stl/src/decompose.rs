//! The decomposition: a series is season plus trend plus remainder.

use crate::loess::Loess;

/// Over how many values each part is smoothed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spans {
    /// Moments of a season; at least 2, and at most half as many as there are moments.
    pub period: usize,
    /// For the season: how many seasons; odd, at least 3.
    pub seasonal: usize,
    /// For the trend: how many moments; odd, more than `period`.
    pub trend: usize,
}

/// Season and trend of each moment. What is left of it is the remainder.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// The season.
    pub seasonal: Vec<f64>,
    /// The trend.
    pub trend: Vec<f64>,
}

/// Rounds of the inner loop, and of the outer loop that sets robustness weights: as statsmodels
/// has them, without and with robustness.
const PLAIN: (usize, usize) = (5, 0);
const ROBUST: (usize, usize) = (2, 15);
/// Residuals above this many medians weigh nothing.
const MEDIANS: f64 = 6.0;

impl Spans {
    /// With the paper's least span of the trend.
    #[must_use]
    pub fn with_default_trend(period: usize, seasonal: usize) -> Self {
        // 1.5 · period / (1 - 1.5 / seasonal), rounded up to an odd number.
        let trend = (3 * period * seasonal).div_ceil(2 * seasonal - 3);
        Self { period, seasonal, trend: trend | 1 }
    }

    fn low_pass(self) -> usize {
        (self.period + 1) | 1
    }
}

/// Decomposes `series` (Cleveland et al. 1990; lines, not means or parabolas, are fitted, and at
/// every moment).
#[must_use]
pub fn decompose(series: &[f64], spans: Spans, robust: bool) -> Decomposition {
    let (inner, outer) = if robust { ROBUST } else { PLAIN };
    let zeros = vec![0.0; series.len()];
    let mut parts = Decomposition { seasonal: zeros.clone(), trend: zeros };
    let mut loess = Loess::default();
    let mut weights: Option<Vec<f64>> = None;
    for round in 0..=outer {
        for _ in 0..inner {
            refine(&mut parts, series, spans, weights.as_deref(), &mut loess);
        }
        if round < outer {
            weights = Some(robustness(&parts.remainder(series)));
        }
    }
    parts
}

impl Decomposition {
    /// What season and trend leave of the series.
    #[must_use]
    pub fn remainder(&self, series: &[f64]) -> Vec<f64> {
        let parts = self.seasonal.iter().zip(&self.trend);
        series.iter().zip(parts).map(|(value, (season, trend))| value - season - trend).collect()
    }
}

/// One round of the inner loop: a new season out of what the trend leaves, a new trend out of what
/// the season leaves.
fn refine(
    parts: &mut Decomposition,
    series: &[f64],
    spans: Spans,
    weights: Option<&[f64]>,
    loess: &mut Loess,
) {
    let without_trend = difference(series, &parts.trend);
    let cycles = smooth_cycles(&without_trend, spans, weights, loess);
    let low = moving_mean(&moving_mean(&moving_mean(&cycles, spans.period), spans.period), 3);
    let low = loess.smooth(&low, spans.low_pass(), None);
    parts.seasonal = difference(cycles.get(spans.period..).unwrap_or_default(), &low);
    parts.trend = loess.smooth(&difference(series, &parts.seasonal), spans.trend, weights);
}

/// Smooths the moments of the same phase, season after season, and carries them on by one season
/// at both ends.
fn smooth_cycles(
    series: &[f64],
    spans: Spans,
    weights: Option<&[f64]>,
    loess: &mut Loess,
) -> Vec<f64> {
    let (period, span) = (spans.period, spans.seasonal);
    let mut cycles = vec![0.0; series.len() + 2 * period];
    for phase in 0..period {
        let of_phase = |all: &[f64]| all.iter().skip(phase).step_by(period).copied().collect();
        let values: Vec<f64> = of_phase(series);
        let weights: Option<Vec<f64>> = weights.map(of_phase);
        let robust = weights.as_deref();
        let within = loess.smooth(&values, span, robust);
        let edge = |place: Option<&f64>| place.copied().unwrap_or_default();
        let before = loess.line(&values, span, robust, -1.0, 0);
        #[expect(clippy::cast_precision_loss, reason = "a number of seasons")]
        let end = values.len() as f64;
        let after = loess.line(&values, span, robust, end, values.len().saturating_sub(span));
        let before = before.unwrap_or(edge(within.first()));
        let after = after.unwrap_or(edge(within.last()));
        let all = std::iter::once(before).chain(within).chain(std::iter::once(after));
        cycles.iter_mut().skip(phase).step_by(period).zip(all).for_each(|(to, it)| *to = it);
    }
    cycles
}

/// Means of every `length` neighbours; shorter than `values` by `length` - 1.
#[expect(clippy::cast_precision_loss, reason = "a number of moments")]
fn moving_mean(values: &[f64], length: usize) -> Vec<f64> {
    let first = values.iter().take(length).fold(0.0, |sum, it| sum + it);
    let moves = values.iter().zip(values.iter().skip(length));
    let sums = moves.scan(first, |sum, (left, entered)| {
        *sum = *sum - left + entered;
        Some(*sum)
    });
    std::iter::once(first).chain(sums).map(|sum| sum / length as f64).collect()
}

/// Bisquare weights: 1 for a small remainder, 0 above six times the median one.
fn robustness(remainder: &[f64]) -> Vec<f64> {
    let sizes: Vec<f64> = remainder.iter().map(|it| it.abs()).collect();
    let limit = MEDIANS * median(&sizes);
    let weight = |size: &f64| {
        if *size <= 0.001 * limit {
            return 1.0;
        }
        if *size > 0.999 * limit {
            return 0.0;
        }
        let part = size / limit;
        let rest = 1.0 - part * part;
        rest * rest
    };
    sizes.iter().map(weight).collect()
}

/// The median; 0 of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let order = pynomaly_sdk::kernels::argsort(values);
    let at = |rank: usize| {
        let place = order.get(rank).copied().unwrap_or_default();
        values.get(place as usize).copied().unwrap_or_default()
    };
    f64::midpoint(at(order.len().saturating_sub(1) / 2), at(order.len() / 2))
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}
