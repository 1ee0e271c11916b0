//! Peaks over a threshold: how far the tail of the scores reaches.

use super::quantile;

/// Scores above this quantile are the tail.
const TAIL: f64 = 0.98;
/// Fewer peaks tell nothing of a tail: then a tail that falls off exponentially is assumed.
const PEAKS_MIN: usize = 10;
/// The share of scores that is expected above the threshold.
const RISK: f64 = 1e-3;
/// Below this a shape is taken for 0: the exponential tail, whose formula is the limit.
const SHAPE_MIN: f64 = 1e-8;

/// What one score in a thousand exceeds: u + σ/ξ ((RISK · n / peaks)^(−ξ) − 1), with σ and ξ by
/// probability-weighted moments (J. R. M. Hosking, J. R. Wallis: Parameter and Quantile Estimation
/// for the Generalized Pareto Distribution, Technometrics 29(3), 1987), which always has an
/// answer. `None` where there are no scores.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 scores")]
pub(super) fn threshold(scores: &[f64]) -> Option<f64> {
    let start = quantile(scores, TAIL)?;
    let mut excesses: Vec<f64> =
        scores.iter().filter(|score| **score > start).map(|score| score - start).collect();
    if excesses.is_empty() {
        return Some(start);
    }
    excesses.sort_unstable_by(f64::total_cmp);
    let (scale, shape) = fit(&excesses);
    let ratio = RISK * scores.len() as f64 / excesses.len() as f64;
    let reach = if shape.abs() < SHAPE_MIN {
        -libm::log(ratio) * scale
    } else {
        scale / shape * (libm::pow(ratio, -shape) - 1.0)
    };
    // Where the risk is more than the tail holds, the tail's beginning will do.
    let reach = if reach.is_nan() { 0.0 } else { reach.max(0.0) };
    Some(start + reach)
}

/// Scale and shape of ascending excesses, all greater than 0.
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 scores")]
fn fit(excesses: &[f64]) -> (f64, f64) {
    let count = excesses.len() as f64;
    let mean = excesses.iter().map(|excess| excess / count).sum::<f64>();
    if excesses.len() < PEAKS_MIN {
        return (mean, 0.0);
    }
    // The mean of excess × (1 − rank), ranks being (i − 0.35) / n.
    let weighted = excesses.iter().zip(0_u32..).map(|(excess, place)| {
        let rank = (f64::from(place) + 0.65) / count;
        excess * ((1.0 - rank) / count)
    });
    let weighted = weighted.sum::<f64>();
    let gap = mean - 2.0 * weighted;
    if gap <= 0.0 || !gap.is_finite() {
        return (mean, 0.0);
    }
    let shape = 2.0 - mean / gap;
    (2.0 * (mean / gap) * weighted, shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of a generalised Pareto distribution, in place of draws.
    fn tail(scale: f64, shape: f64) -> Vec<f64> {
        let quantile = |place: i32| {
            let left: f64 = 1.0 - (f64::from(place) + 0.5) / 5_000.0;
            if shape == 0.0 {
                -scale * left.ln()
            } else {
                scale / shape * (left.powf(-shape) - 1.0)
            }
        };
        (0..5_000).map(quantile).collect()
    }

    #[test]
    fn scale_and_shape_of_a_known_tail_are_found() {
        for (scale, shape) in [(1.0, 0.0), (2.0, 0.2), (0.5, -0.3)] {
            let (found_scale, found_shape) = fit(&tail(scale, shape));
            assert!((found_scale / scale - 1.0).abs() < 0.02, "{found_scale} for {scale}");
            assert!((found_shape - shape).abs() < 0.02, "{found_shape} for {shape}");
        }
    }

    #[test]
    fn about_one_score_in_a_thousand_is_above() {
        for shape in [0.0, 0.2, -0.3] {
            let scores = tail(1.0, shape);
            let threshold = threshold(&scores).unwrap();
            let above = scores.iter().filter(|score| **score > threshold).count();
            assert!((3..=7).contains(&above), "{above} of 5,000 for the shape {shape}");
        }
    }
}
