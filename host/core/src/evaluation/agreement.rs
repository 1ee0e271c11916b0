//! How far two detectors agree on the same rows, without labels.

/// Spearman's rank correlation, the mean of their ranks for equal scores (C. Spearman, American
/// Journal of Psychology 15, 1904). Within [−1, 1]. `None` where the lengths differ, a score is
/// NaN, or all scores of one side are equal, so that there is no order to compare.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.iter().chain(b).any(|score| score.is_nan()) {
        return None;
    }
    let (a, b) = (centred_ranks(a), centred_ranks(b));
    let (aa, bb, ab) = (products(&a, &a), products(&b, &b), products(&a, &b));
    if aa == 0 || bb == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a share; its last bit does not matter")]
    let correlation = ab as f64 / ((aa as f64).sqrt() * (bb as f64).sqrt());
    Some(correlation.clamp(-1.0, 1.0))
}

/// The rows flagged by both, in parts of those flagged by either (P. Jaccard, 1901). Within
/// [0, 1]; `None` where nobody flags any.
#[must_use]
pub fn overlap(a: &[bool], b: &[bool]) -> Option<f64> {
    let count = |is_it: fn((&bool, &bool)) -> bool| a.iter().zip(b).filter(|it| is_it(*it)).count();
    let (both, either) = (count(|(a, b)| *a && *b), count(|(a, b)| *a || *b));
    #[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
    let share = both as f64 / either as f64;
    (either > 0).then_some(share)
}

/// Twice each score's rank less the mean rank, so that they are whole.
fn centred_ranks(scores: &[f64]) -> Vec<i64> {
    let mut rows: Vec<(f64, usize)> = scores.iter().copied().zip(0..).collect();
    rows.sort_unstable_by(|(left, _), (right, _)| left.total_cmp(right));
    let mut ranks = vec![0; scores.len()];
    let mut below = 0_i64;
    let rows_all = i64::try_from(scores.len()).unwrap_or(i64::MAX);
    // By `==`, not `total_cmp`: zero and negative zero are one score.
    for equal in rows.chunk_by(|(left, _), (right, _)| left == right) {
        let count = i64::try_from(equal.len()).unwrap_or(i64::MAX);
        let rank = 2 * below + count - rows_all;
        for (_, row) in equal {
            ranks.iter_mut().skip(*row).take(1).for_each(|it| *it = rank);
        }
        below += count;
    }
    ranks
}

fn products(a: &[i64], b: &[i64]) -> i128 {
    a.iter().zip(b).map(|(a, b)| i128::from(*a) * i128::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with `scipy.stats.spearmanr` of SciPy 1.17.
    fn check(a: &[f64], b: &[f64], expected: f64) {
        for (a, b) in [(a, b), (b, a)] {
            let correlation = spearman(a, b).unwrap();
            assert!((correlation - expected).abs() < 1e-12, "{correlation} is not {expected}");
        }
    }

    #[test]
    fn orders_equal_reversed_and_shuffled() {
        check(&[1.0, 2.0, 3.0, 4.0], &[1.0, 20.0, 21.0, 1e300], 1.0);
        check(&[1.0, 2.0, 3.0, 4.0], &[9.0, 3.0, 2.0, -8.0], -1.0);
        check(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0], 0.820_782_681_668_123_3);
    }

    #[test]
    fn ties_get_their_mean_rank() {
        let a = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 0.0, -0.0];
        let b = [2.0, 5.0, 5.0, 1.0, 7.0, 7.0, 2.0, 3.0];
        check(&a, &b, 0.383_716_106_015_668_5);
    }

    #[test]
    fn no_order_no_correlation() {
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[], &[]), None);
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(spearman(&[1.0, 2.0], &[1.0]), None);
    }

    #[test]
    fn overlap_counts_rows_flagged_by_both() {
        let (a, b) = ([true, true, false, false], [false, true, true, false]);
        assert_eq!(overlap(&a, &b), Some(1.0 / 3.0));
        assert_eq!(overlap(&a, &a), Some(1.0));
        assert_eq!(overlap(&[false; 2], &[false; 2]), None);
    }
}
