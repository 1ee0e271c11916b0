//! Loess: a line through neighbouring values, of which the nearest weigh most.

/// Distances up to this part of the farthest weigh fully, beyond [`FAR`] nothing.
const NEAR: f64 = 0.001;
const FAR: f64 = 0.999;
/// Values that spread less than this part of the series, in position, give a mean and no line.
const SPREAD_MIN: f64 = 0.001;

/// Smooths series at moments 0, 1, 2, …, in the same room.
#[derive(Default)]
pub(crate) struct Loess {
    weights: Vec<f64>,
}

impl Loess {
    /// The line's value at each moment, through `span` neighbours.
    pub(crate) fn smooth(
        &mut self,
        values: &[f64],
        span: usize,
        robust: Option<&[f64]>,
    ) -> Vec<f64> {
        let at = |(place, value): (usize, &f64)| {
            let most = values.len().saturating_sub(span);
            let first = (place + 1).saturating_sub(span.div_ceil(2)).min(most);
            self.line(values, span, robust, position(place), first).unwrap_or(*value)
        };
        if values.len() < 2 { values.to_vec() } else { values.iter().enumerate().map(at).collect() }
    }

    /// The value at position `at` of the line through the `span` values from `first` on, or as
    /// many as there are; none of nothing. Where robustness leaves none of them any weight, it is
    /// not heeded: the value itself, which the authors' code takes there, would make a season of
    /// a lonely outlier.
    pub(crate) fn line(
        &mut self,
        values: &[f64],
        span: usize,
        robust: Option<&[f64]>,
        at: f64,
        first: usize,
    ) -> Option<f64> {
        let length = values.len();
        let end = first.saturating_add(span).min(length);
        let window = values.get(first..end)?;
        let last = position(end.saturating_sub(1));
        // Beyond the series' ends a span reaches as far as it would within.
        let missing = position(span.saturating_sub(length) / 2);
        let reach = (at - position(first)).max(last - at) + missing;
        self.weigh(first, end, at, reach, robust.and_then(|it| it.get(first..end)));
        let mut sum = total(self.weights.iter().copied());
        if sum <= 0.0 {
            self.weigh(first, end, at, reach, None);
            sum = total(self.weights.iter().copied());
        }
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
        if reach > 0.0 {
            self.tilt(first, at, SPREAD_MIN * position(length - 1));
        }
        Some(total(self.weights.iter().zip(window).map(|(weight, value)| weight * value)))
    }

    /// Tricube weights of the moments from `first` to `end`.
    fn weigh(&mut self, first: usize, end: usize, at: f64, reach: f64, robust: Option<&[f64]>) {
        let tricube = |place: usize| {
            let distance = (position(place) - at).abs();
            if distance > FAR * reach {
                return 0.0;
            }
            if distance <= NEAR * reach {
                return 1.0;
            }
            let part = distance / reach;
            let rest = 1.0 - part * part * part;
            rest * rest * rest
        };
        self.weights.clear();
        self.weights.extend((first..end).map(tricube));
        if let Some(robust) = robust {
            self.weights.iter_mut().zip(robust).for_each(|(weight, it)| *weight *= it);
        }
    }

    /// Makes of weights for a mean weights for the value at `at` of the fitted line.
    fn tilt(&mut self, first: usize, at: f64, spread_min: f64) {
        let places = || (first..).map(position);
        let mean = total(self.weights.iter().zip(places()).map(|(weight, place)| weight * place));
        let square = |(weight, place): (&f64, f64)| weight * (place - mean) * (place - mean);
        let spread = total(self.weights.iter().zip(places()).map(square));
        if spread.sqrt() > spread_min {
            let slope = (at - mean) / spread;
            for (weight, place) in self.weights.iter_mut().zip(places()) {
                *weight *= slope * (place - mean) + 1.0;
            }
        }
    }
}

fn total(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |sum, value| sum + value)
}

#[expect(clippy::cast_precision_loss, reason = "a number of moments")]
fn position(place: usize) -> f64 {
    place as f64
}
