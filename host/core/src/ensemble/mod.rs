//! Several detectors' scores as one.
//!
//! Scores of different detectors have different units. Each member's become robust z-scores of its
//! training scores, cut at ±[`Z_MAX`] so that none shouts the others down, and the mean of these
//! is the ensemble's (C. C. Aggarwal, S. Sathe: Theoretical Foundations and Algorithms for Outlier
//! Ensembles. SIGKDD Explorations 17(1), 2015, on averaging standardised scores).

mod members;

pub use members::{MEMBERS_MAX, Member, MembersError, parse_members};

use crate::threshold::quantile;
use serde::{Deserialize, Serialize};

/// Beyond this a z-score says no more.
pub const Z_MAX: f64 = 5.0;
/// Of a normal distribution: standard deviation by median absolute deviation.
const BY_MEDIAN: f64 = 1.482_602_218_505_602;
/// Of a normal distribution: standard deviation by mean absolute deviation.
const BY_MEAN: f64 = 1.253_314_137_315_500_3;

/// What a member's scores are measured with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RobustScale {
    /// The median of its training scores.
    pub centre: f64,
    /// Their standard deviation, if they were normal; greater than 0.
    pub width: f64,
}

impl RobustScale {
    /// From the median absolute deviation; where more than half of the scores are equal from the
    /// mean one; 1 where all are. `None` where there are no scores.
    #[must_use]
    pub fn fit(training_scores: &[f64]) -> Option<Self> {
        let centre = quantile(training_scores, 0.5)?;
        let distances: Vec<f64> =
            training_scores.iter().map(|score| (score - centre).abs()).collect();
        let by_median = BY_MEDIAN * quantile(&distances, 0.5)?;
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 scores")]
        let count = distances.len() as f64;
        let by_mean = BY_MEAN * distances.iter().map(|distance| distance / count).sum::<f64>();
        let width = [by_median, by_mean].into_iter().find(|width| *width > 0.0);
        Some(Self { centre, width: width.unwrap_or(1.0).min(f64::MAX) })
    }

    /// The robust z-score of `score`, within ±[`Z_MAX`].
    #[must_use]
    pub fn z(&self, score: f64) -> f64 {
        let z = (score - self.centre) / self.width;
        if z.is_nan() { 0.0 } else { z.clamp(-Z_MAX, Z_MAX) }
    }
}

/// The mean z-score of each row; `members` are the members' scales and their scores of the same
/// rows.
#[must_use]
pub fn combine(rows: usize, members: &[(RobustScale, Vec<f64>)]) -> Vec<f64> {
    let mut sums = vec![0.0; rows];
    for (scale, scores) in members {
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += scale.z(*score));
    }
    #[expect(clippy::cast_precision_loss, reason = "at most MEMBERS_MAX")]
    let count = members.len().max(1) as f64;
    sums.iter_mut().for_each(|sum| *sum /= count);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z_scores_are_robust_and_cut() {
        let scale = RobustScale::fit(&[1.0, 2.0, 3.0, 4.0, 1e6]).unwrap();
        assert_eq!((scale.centre, scale.width), (3.0, BY_MEDIAN));
        assert_eq!([scale.z(3.0), scale.z(1e9), scale.z(-1e9)], [0.0, Z_MAX, -Z_MAX]);
    }

    #[test]
    fn equal_scores_have_a_width_all_the_same() {
        assert_eq!(RobustScale::fit(&[]), None);
        assert_eq!(RobustScale::fit(&[2.0; 5]), Some(RobustScale { centre: 2.0, width: 1.0 }));
        let mostly = RobustScale::fit(&[0.0, 0.0, 0.0, 0.0, 5.0]).unwrap();
        assert!((mostly.width - BY_MEAN).abs() < 1e-15);
        let far = RobustScale::fit(&[f64::MIN, 0.0, f64::MAX]).unwrap();
        assert!(far.z(f64::MAX).is_finite() && far.width.is_finite());
    }

    #[test]
    fn members_count_alike_whatever_their_units() {
        let small = RobustScale { centre: 0.5, width: 0.1 };
        let large = RobustScale { centre: 1e6, width: 1e5 };
        let combined = combine(2, &[(small, vec![0.6, 0.5]), (large, vec![1.3e6, 1e6])]);
        assert!((combined[0] - 2.0).abs() < 1e-12 && combined[1] == 0.0, "{combined:?}");
    }
}
