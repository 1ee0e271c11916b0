//! Thresholds that need no guess of how many anomalies there are.

use super::{ThresholdError, extreme_value, quantile};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Tukey's fence: quartile and this many interquartile ranges.
const FENCE: f64 = 1.5;
/// Median and this many standard deviations of a bell with the same median absolute deviation.
const DEVIATIONS: f64 = 3.0;
/// Of a normal distribution: standard deviation by median absolute deviation.
const NORMAL: f64 = 1.482_602_218_505_602;

/// How a threshold follows from the training scores alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoThreshold {
    /// The upper quartile and 1.5 interquartile ranges (J. W. Tukey: Exploratory Data Analysis,
    /// 1977). The default: of these it agrees best with labels on public sets.
    #[default]
    Iqr,
    /// The median and 3 median absolute deviations, scaled to be standard deviations of a bell
    /// (C. Leys et al.: Detecting outliers: Do not use standard deviation around the mean, use
    /// absolute deviation around the median. J. Exp. Soc. Psychol. 49(4), 2013).
    Mad,
    /// Extreme value theory: the tail above the 98 % quantile is a generalised Pareto
    /// distribution, and the threshold is what one row in a thousand exceeds (A. Siffer et al.:
    /// Anomaly Detection in Streams with Extreme Value Theory, KDD 2017: the calibration of SPOT
    /// and DSPOT). For many rows, of which few are to be looked at; among fewer than a thousand
    /// rarely any row is above it.
    Pot,
}

impl AutoThreshold {
    /// What callers write; `auto` is the default.
    pub const NAMES: [&str; 4] = ["auto", "auto:iqr", "auto:mad", "auto:pot"];

    /// The threshold for scores like these. At least the median; scores that are all equal are all
    /// at it, and none above.
    ///
    /// # Errors
    /// [`ThresholdError::NoScores`].
    pub fn threshold(self, training_scores: &[f64]) -> Result<f64, ThresholdError> {
        let threshold = match self {
            Self::Iqr => fence(training_scores),
            Self::Mad => deviations(training_scores),
            Self::Pot => extreme_value::threshold(training_scores),
        };
        let threshold = threshold.ok_or(ThresholdError::NoScores)?;
        // Scores may be as large as any number, and their sums larger.
        Ok(threshold.min(f64::MAX))
    }
}

impl FromStr for AutoThreshold {
    type Err = ThresholdError;

    fn from_str(name: &str) -> Result<Self, ThresholdError> {
        match name {
            "auto" => Ok(Self::default()),
            "auto:iqr" => Ok(Self::Iqr),
            "auto:mad" => Ok(Self::Mad),
            "auto:pot" => Ok(Self::Pot),
            _ => Err(ThresholdError::Method(name.to_owned())),
        }
    }
}

fn fence(scores: &[f64]) -> Option<f64> {
    let (low, high) = (quantile(scores, 0.25)?, quantile(scores, 0.75)?);
    Some(high + FENCE * (high - low))
}

fn deviations(scores: &[f64]) -> Option<f64> {
    let median = quantile(scores, 0.5)?;
    let distances = scores.iter().map(|score| (score - median).abs()).collect::<Vec<_>>();
    Some(median + DEVIATIONS * NORMAL * quantile(&distances, 0.5)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [AutoThreshold; 3] = [AutoThreshold::Iqr, AutoThreshold::Mad, AutoThreshold::Pot];

    #[test]
    fn names_are_methods_and_others_are_refused() {
        let methods = AutoThreshold::NAMES.map(|name| name.parse::<AutoThreshold>().unwrap());
        assert_eq!(methods, [AutoThreshold::default(), ALL[0], ALL[1], ALL[2]]);
        let refusal = "auto:best".parse::<AutoThreshold>().unwrap_err();
        let text = "threshold must be a number or one of auto, auto:iqr, auto:mad, auto:pot, \
                    not \"auto:best\"";
        assert_eq!(refusal.to_string(), text);
    }

    #[test]
    fn fences_are_those_of_the_definitions() {
        let scores = [1.0, 2.0, 3.0, 4.0, 100.0];
        assert_eq!(AutoThreshold::Iqr.threshold(&scores), Ok(7.0));
        assert_eq!(AutoThreshold::Mad.threshold(&scores), Ok(3.0 + 3.0 * NORMAL));
    }

    #[test]
    fn few_rows_far_out_are_above_and_the_rest_is_not() {
        let mut scores: Vec<f64> =
            (0..1_000).map(|row| f64::from(row * row % 997) / 997.0).collect();
        scores.extend([9.0, 10.0, 11.0]);
        for method in ALL {
            let threshold = method.threshold(&scores).unwrap();
            let above = scores.iter().filter(|score| **score > threshold).count();
            assert!((1..=3).contains(&above), "{method:?}: {above} above {threshold}");
        }
    }

    #[test]
    fn equal_scores_single_ones_and_extreme_ones_have_a_threshold() {
        for method in ALL {
            assert_eq!(method.threshold(&[]), Err(ThresholdError::NoScores));
            assert_eq!(method.threshold(&[0.5]), Ok(0.5), "{method:?}");
            assert_eq!(method.threshold(&[0.5; 300]), Ok(0.5), "{method:?}");
            let far = method.threshold(&[-f64::MAX, 0.0, 1.0, f64::MAX, f64::MAX]).unwrap();
            assert!(far.is_finite(), "{method:?}: {far}");
        }
    }
}
