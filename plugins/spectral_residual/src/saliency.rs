//! One window: its saliency map, and what stands out of it.

use crate::Options;
use crate::fft::{Complex, Fft};
use pynomaly_sdk::prelude::*;

/// Moments that are estimated beyond the last one (κ), so that it is not at the window's edge,
/// and moments that the estimate looks back (m): the paper's 5.
pub(crate) const ESTIMATED: usize = 5;
/// Frequencies weaker than this part of the strongest are rounding errors, and left out.
const AMPLITUDE_MIN: f64 = 1e-10;
/// Values are taken as at most this large, so that their sums and differences stay finite.
const VALUE_MAX: f64 = 1e150;
/// Scores are at most this large: where nothing else in the window is salient.
const SCORE_MAX: f64 = 1e9;

/// Looks at windows, one after the other, in the same room.
pub(crate) struct Looker<'a> {
    options: Options,
    fft: &'a Fft,
    values: Vec<Complex>,
    spectrum: Vec<Complex>,
    logarithms: Vec<Option<f64>>,
}

impl<'a> Looker<'a> {
    pub(crate) fn new(options: Options, fft: &'a Fft) -> Self {
        let (values, spectrum, logarithms) = (Vec::new(), Vec::new(), Vec::new());
        Self { options, fft, values, spectrum, logarithms }
    }

    /// The score of the last moment of `window`.
    pub(crate) fn last(&mut self, window: &[f64]) -> f64 {
        self.map(window);
        self.outstanding(window.len().saturating_sub(1))
    }

    /// The scores of all its moments.
    pub(crate) fn all(&mut self, window: &[f64]) -> Vec<f64> {
        self.map(window);
        (0..window.len()).map(|place| self.outstanding(place)).collect()
    }

    /// How much more salient the moment at `place` is than those before it: (S - mean) / mean.
    #[expect(clippy::cast_precision_loss, reason = "a number of moments")]
    fn outstanding(&self, place: usize) -> f64 {
        let first = place.saturating_sub(self.options.score_window as usize);
        let before = self.values.get(first..place).unwrap_or_default();
        let mean = before.iter().fold(0.0, |sum, it| sum + size(*it)) / before.len() as f64;
        let salience = self.values.get(place).map_or(0.0, |it| size(*it));
        // Nothing before (0 / 0), or nothing salient at all.
        if mean.is_nan() || salience == mean {
            return 0.0;
        }
        ((salience - mean) / mean).min(SCORE_MAX)
    }

    /// Puts the saliency map into `values`: the inverse transform of the spectrum, each frequency
    /// divided by the geometric mean amplitude of its neighbourhood. That is the spectrum of
    /// exp(residual) with the phases kept. (Turned upside down, which does not change sizes, the
    /// transform is its own inverse up to a factor, which a ratio does not show.)
    fn map(&mut self, window: &[f64]) {
        self.prepare(window);
        self.fft.transform(&self.values, &mut self.spectrum);
        let strongest = self.spectrum.iter().fold(0.0, |most, it| size(*it).max(most));
        let logarithm = |it: &Complex| {
            Some(size(*it)).filter(|it| *it > strongest * AMPLITUDE_MIN).map(math::log)
        };
        self.logarithms.clear();
        self.logarithms.extend(self.spectrum.iter().map(logarithm));
        let residual = |(frequency, it): (usize, &Complex)| {
            let factor = self.smooth(frequency).map_or(0.0, |mean| math::exp(-mean));
            [it[0] * factor, -it[1] * factor]
        };
        let residuals: Vec<_> = self.spectrum.iter().enumerate().map(residual).collect();
        self.fft.transform(&residuals, &mut self.values);
    }

    /// Mean logarithm of the amplitudes around a frequency, around the circle; none where it has
    /// no amplitude itself.
    fn smooth(&self, frequency: usize) -> Option<f64> {
        let (count, length) = (self.options.amplitude_window as usize, self.logarithms.len());
        self.logarithms.get(frequency).copied().flatten()?;
        let first = frequency + length - count / 2;
        let around = (first..first + count).map(|it| self.logarithms.get(it % length));
        let logarithms = around.flatten().flatten();
        let (sum, count) = logarithms.fold((0.0, 0), |(sum, count), it| (sum + it, count + 1));
        Some(sum / f64::from(count))
    }

    /// The window and estimated moments after it, less their mean, over the largest of them.
    fn prepare(&mut self, window: &[f64]) {
        let bounded = window.iter().map(|value| value.clamp(-VALUE_MAX, VALUE_MAX));
        let mut values: Vec<f64> = bounded.collect();
        values.extend([estimate(&values); ESTIMATED]);
        #[expect(clippy::cast_precision_loss, reason = "a number of moments")]
        let mean = kernels::sum(&values) / values.len() as f64;
        let largest = values.iter().fold(0.0, |most, it| (it - mean).abs().max(most));
        let scale = if largest > 0.0 { largest } else { 1.0 };
        self.values.clear();
        self.values.extend(values.iter().map(|value| [(value - mean) / scale, 0.0]));
    }
}

/// The next moment, by the slopes to the last (Ren et al., equations 7 and 8): x(n - m + 1) and m
/// times the mean of m slopes. The moment that is judged is left out, as in the code the authors
/// published: carried on, a spike would hide itself.
fn estimate(values: &[f64]) -> f64 {
    let mut back = values.iter().rev().skip(1);
    let last = back.next().copied().unwrap_or_default();
    let slopes = back.take(ESTIMATED).zip(1..).map(|(it, steps)| (last - it) / f64::from(steps));
    let start = values.iter().rev().nth(ESTIMATED).copied().unwrap_or(last);
    slopes.fold(start, |sum, slope| sum + slope)
}

fn size([real, imaginary]: Complex) -> f64 {
    (real * real + imaginary * imaginary).sqrt()
}
