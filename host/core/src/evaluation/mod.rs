//! How good scores are, given labels. Higher scores mean more anomalous; equal scores count as
//! one group, in no order among themselves.

mod agreement;
mod comparison;
mod curves;
mod drift;
mod interval;
mod jackknife;
mod kendall;

pub use agreement::{overlap, spearman};
pub use comparison::{Compared, Comparison, ComparisonFigures, Verdicts};
pub use curves::{PrecisionRecallPoint, RocPoint, precision_recall_curve, roc_curve};
pub use drift::{Bins, DRIFT_BINS, decile_bins, population_stability};
pub use interval::{Estimate, difference, proportion, risk_ratio};
pub use jackknife::GROUPS;
pub use kendall::kendall;

/// Why scores cannot be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// Not one score per label.
    #[error("{labels} labels do not go with {scores} scores")]
    Lengths {
        /// Number of labels.
        labels: usize,
        /// Number of scores.
        scores: usize,
    },
    /// All rows are anomalies, or none is.
    #[error("both anomalies and normal rows are needed")]
    OneClass,
    /// A score is NaN. Counted from 0.
    #[error("the score of row {0} is not a number")]
    NotANumber(usize),
}

/// The area under the receiver operating characteristic: the share of pairs of an anomaly and
/// a normal row in which the anomaly scores higher, ties counting half (Mann and Whitney 1947).
/// Within [0, 1]; 0.5 is chance. `labels` are true for anomalies.
///
/// # Errors
/// [`EvaluationError`].
pub fn roc_auc(labels: &[bool], scores: &[f64]) -> Result<f64, EvaluationError> {
    let groups = descending_groups(labels, scores)?;
    let (anomalies, normals) = totals(&groups);
    let mut anomalies_above = 0;
    let mut half_pairs = 0_u128;
    for group in &groups {
        let won = 2 * u128::from(anomalies_above) + u128::from(group.anomalies);
        half_pairs += u128::from(group.normals) * won;
        anomalies_above += group.anomalies;
    }
    Ok(ratio(half_pairs, 2 * u128::from(anomalies) * u128::from(normals)))
}

/// Average precision: the precision at each distinct score, weighted by the recall that it adds,
/// without interpolation. Within [0, 1]; the share of anomalies is chance. `labels` are true for
/// anomalies.
///
/// # Errors
/// [`EvaluationError`].
pub fn average_precision(labels: &[bool], scores: &[f64]) -> Result<f64, EvaluationError> {
    let groups = descending_groups(labels, scores)?;
    let (anomalies, _) = totals(&groups);
    let (mut found, mut flagged) = (0, 0);
    let mut sum = 0.0;
    for group in &groups {
        found += group.anomalies;
        flagged += group.anomalies + group.normals;
        let recall_added = ratio(group.anomalies.into(), anomalies.into());
        sum += recall_added * ratio(found.into(), flagged.into());
    }
    Ok(sum)
}

/// The rows that share one score.
#[derive(Default)]
struct Group {
    anomalies: u64,
    normals: u64,
}

/// The rows by score, highest first.
fn descending_groups(labels: &[bool], scores: &[f64]) -> Result<Vec<Group>, EvaluationError> {
    if labels.len() != scores.len() {
        return Err(EvaluationError::Lengths { labels: labels.len(), scores: scores.len() });
    }
    if let Some(row) = scores.iter().position(|score| score.is_nan()) {
        return Err(EvaluationError::NotANumber(row));
    }
    if !labels.contains(&true) || !labels.contains(&false) {
        return Err(EvaluationError::OneClass);
    }
    let mut rows = scores.iter().copied().zip(labels.iter().copied()).collect::<Vec<_>>();
    rows.sort_unstable_by(|(left, _), (right, _)| right.total_cmp(left));
    // By `==`, not `total_cmp`: zero and negative zero are one score.
    let groups = rows.chunk_by(|(left, _), (right, _)| left == right).map(|rows| {
        let anomalies = rows.iter().filter(|(_, anomaly)| *anomaly).count() as u64;
        Group { anomalies, normals: rows.len() as u64 - anomalies }
    });
    Ok(groups.collect())
}

/// Numbers of anomalies and of normal rows.
fn totals(groups: &[Group]) -> (u64, u64) {
    let add = |(anomalies, normals), group: &Group| {
        (anomalies + group.anomalies, normals + group.normals)
    };
    groups.iter().fold((0, 0), add)
}

#[expect(clippy::cast_precision_loss, reason = "a share; its last bit does not matter")]
fn ratio(part: u128, whole: u128) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with `roc_auc_score` and `average_precision_score` of scikit-learn 1.9.1.
    fn check(labels: &[u8], scores: &[f64], expected_auc: f64, expected_precision: f64) {
        let labels = labels.iter().map(|label| *label == 1).collect::<Vec<_>>();
        let auc = roc_auc(&labels, scores).unwrap();
        let precision = average_precision(&labels, scores).unwrap();
        assert!((auc - expected_auc).abs() < 1e-12, "{auc} is not {expected_auc}");
        assert!(
            (precision - expected_precision).abs() < 1e-12,
            "{precision} is not {expected_precision}"
        );
    }

    #[test]
    fn no_ties() {
        let scores = [0.1, 0.4, 0.35, 0.8, 0.2, 0.7];
        check(&[0, 0, 1, 1, 0, 1], &scores, 0.888888888888889, 0.9166666666666665);
    }

    #[test]
    fn ties_within_and_across_classes() {
        let scores = [0.5, 0.5, 0.5, 0.2, 0.2, 0.9, 0.9, 0.1];
        check(&[1, 0, 1, 0, 0, 1, 0, 0], &scores, 0.7666666666666666, 0.5666666666666667);
    }

    #[test]
    fn all_scores_equal() {
        check(&[1, 0, 0, 0, 1, 0, 0], &[3.0; 7], 0.5, 0.2857142857142857);
    }

    #[test]
    fn perfect_and_inverted() {
        let scores = [1.0, 2.0, 3.0, 4.0, 5.0];
        check(&[0, 0, 0, 1, 1], &scores, 1.0, 1.0);
        check(&[1, 1, 0, 0, 0], &scores, 0.0, 0.325);
    }

    #[test]
    fn a_thousand_rows_with_fifty_distinct_scores() {
        let mut state = 12345_u64;
        let mut draw = |below: u64| {
            state = (state * 1_103_515_245 + 12345) % (1 << 31);
            (state >> 16) % below
        };
        let rows = (0..1000).map(|_| {
            let score = draw(50);
            (score as f64, u8::from(draw(100) < 5 + score / 3))
        });
        let (scores, labels): (Vec<f64>, Vec<u8>) = rows.unzip();
        check(&labels, &scores, 0.6531380353999184, 0.19944855317533378);
    }

    #[test]
    fn zero_and_negative_zero_tie_and_infinities_are_ordered() {
        check(&[1, 0], &[0.0, -0.0], 0.5, 0.5);
        check(&[1, 0, 0], &[f64::INFINITY, 3.0, f64::NEG_INFINITY], 1.0, 1.0);
    }

    #[test]
    fn unusable_input_is_refused() {
        let lengths = EvaluationError::Lengths { labels: 1, scores: 2 };
        assert_eq!(roc_auc(&[true], &[1.0, 2.0]), Err(lengths));
        assert_eq!(roc_auc(&[true, true], &[1.0, 2.0]), Err(EvaluationError::OneClass));
        assert_eq!(average_precision(&[], &[]), Err(EvaluationError::OneClass));
        let error = average_precision(&[true, false], &[1.0, f64::NAN]);
        assert_eq!(error, Err(EvaluationError::NotANumber(1)));
    }
}
