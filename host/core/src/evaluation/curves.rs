//! The two curves that a threshold draws as it falls from above all scores to below them.

use super::{EvaluationError, descending_groups, ratio, totals};

/// Where one threshold stands in the receiver operating characteristic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// The share of the normal rows that are flagged. Within [0, 1].
    pub false_positive_rate: f64,
    /// The share of the anomalies that are flagged. Within [0, 1].
    pub true_positive_rate: f64,
}

/// Where one threshold stands between precision and recall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecallPoint {
    /// The share of the anomalies that are flagged. Within [0, 1].
    pub recall: f64,
    /// The share of the flagged rows that are anomalies. Within [0, 1].
    pub precision: f64,
}

/// The receiver operating characteristic: (0, 0), then one point for each distinct score, the
/// highest first. The area under the straight lines between them is [`super::roc_auc`]. `labels`
/// are true for anomalies.
///
/// # Errors
/// [`EvaluationError`].
pub fn roc_curve(labels: &[bool], scores: &[f64]) -> Result<Vec<RocPoint>, EvaluationError> {
    let groups = descending_groups(labels, scores)?;
    let (anomalies, normals) = totals(&groups);
    let (mut found, mut wrong) = (0, 0);
    let mut points = vec![RocPoint { false_positive_rate: 0.0, true_positive_rate: 0.0 }];
    points.extend(groups.iter().map(|group| {
        found += group.anomalies;
        wrong += group.normals;
        RocPoint {
            false_positive_rate: ratio(wrong.into(), normals.into()),
            true_positive_rate: ratio(found.into(), anomalies.into()),
        }
    }));
    Ok(points)
}

/// Precision against recall: one point for each distinct score, the highest first. The area under
/// the steps, each as high as the point at its right end, is [`super::average_precision`].
/// `labels` are true for anomalies.
///
/// # Errors
/// [`EvaluationError`].
pub fn precision_recall_curve(
    labels: &[bool],
    scores: &[f64],
) -> Result<Vec<PrecisionRecallPoint>, EvaluationError> {
    let groups = descending_groups(labels, scores)?;
    let (anomalies, _) = totals(&groups);
    let (mut found, mut flagged) = (0, 0);
    let points = groups.iter().map(|group| {
        found += group.anomalies;
        flagged += group.anomalies + group.normals;
        PrecisionRecallPoint {
            recall: ratio(found.into(), anomalies.into()),
            precision: ratio(found.into(), flagged.into()),
        }
    });
    Ok(points.collect())
}

#[cfg(test)]
mod tests {
    use super::super::{average_precision, roc_auc};
    use super::*;

    const SCORES: [f64; 8] = [0.5, 0.5, 0.5, 0.2, 0.2, 0.9, 0.9, 0.1];
    const LABELS: [bool; 8] = [true, false, true, false, false, true, false, false];

    /// `roc_curve(…, drop_intermediate=False)` of scikit-learn 1.9.
    #[test]
    fn roc_curve_is_that_of_scikit_learn() {
        let expected = [(0.0, 0.0), (0.2, 1.0 / 3.0), (0.4, 1.0), (0.8, 1.0), (1.0, 1.0)]
            .map(|(x, y)| RocPoint { false_positive_rate: x, true_positive_rate: y });
        assert_eq!(roc_curve(&LABELS, &SCORES).unwrap(), expected);
    }

    /// `precision_recall_curve` of scikit-learn 1.9, which gives these in reverse, and the point
    /// (0, 1) that belongs to no threshold.
    #[test]
    fn precision_recall_curve_is_that_of_scikit_learn() {
        let expected = [(1.0 / 3.0, 0.5), (1.0, 0.6), (1.0, 3.0 / 7.0), (1.0, 0.375)]
            .map(|(recall, precision)| PrecisionRecallPoint { recall, precision });
        assert_eq!(precision_recall_curve(&LABELS, &SCORES).unwrap(), expected);
    }

    #[test]
    fn areas_under_the_curves_are_the_figures() {
        let scores: Vec<f64> = (0..200).map(|it| f64::from(it * 37 % 101 % 23)).collect();
        let labels: Vec<bool> = (0..200).map(|it| it * 31 % 17 < 4).collect();
        let roc = roc_curve(&labels, &scores).unwrap();
        let trapezium = |pair: &[RocPoint]| {
            let width = pair[1].false_positive_rate - pair[0].false_positive_rate;
            width * f64::midpoint(pair[0].true_positive_rate, pair[1].true_positive_rate)
        };
        let area: f64 = roc.windows(2).map(trapezium).sum();
        assert!((area - roc_auc(&labels, &scores).unwrap()).abs() < 1e-12);
        let mut recall = 0.0;
        let mut area = 0.0;
        for point in precision_recall_curve(&labels, &scores).unwrap() {
            area += (point.recall - recall) * point.precision;
            recall = point.recall;
        }
        assert!((area - average_precision(&labels, &scores).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn unusable_input_is_refused() {
        assert_eq!(roc_curve(&[true], &[1.0]), Err(EvaluationError::OneClass));
        let error = precision_recall_curve(&[true, false], &[f64::NAN, 1.0]);
        assert_eq!(error, Err(EvaluationError::NotANumber(0)));
    }
}
