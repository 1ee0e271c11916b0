//! Agreement of two orders, pair of rows by pair of rows.

/// Kendall's rank correlation τ-b, which corrects for equal scores (M. G. Kendall, Biometrika 33,
/// 1945), counted in n log n steps (W. R. Knight, Journal of the American Statistical Association
/// 61, 1966). Within [−1, 1]. `None` where the lengths differ, a score is NaN, or all scores of one
/// side are equal.
#[must_use]
pub fn kendall(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.iter().chain(b).any(|score| score.is_nan()) {
        return None;
    }
    // Adding zero makes one zero of both.
    let zero_is_one = |(a, b): (&f64, &f64)| (a + 0.0, b + 0.0);
    let mut rows: Vec<(f64, f64)> = a.iter().zip(b).map(zero_is_one).collect();
    rows.sort_unstable_by(|left, right| {
        left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1))
    });
    let pairs = pairs_of(rows.len());
    let tied_in_a = tied(&rows, |left, right| left.0 == right.0);
    let tied_in_both = tied(&rows, |left, right| left == right);
    let mut of_b: Vec<f64> = rows.iter().map(|(_, b)| *b).collect();
    let swaps = sort_and_count(&mut of_b);
    let tied_in_b = tied(&of_b, |left, right| left == right);
    let (a_ordered, b_ordered) = (pairs - tied_in_a, pairs - tied_in_b);
    if a_ordered == 0 || b_ordered == 0 {
        return None;
    }
    let agreement = pairs - tied_in_a - tied_in_b + tied_in_both - 2 * swaps;
    #[expect(clippy::cast_precision_loss, reason = "a share; its last bit does not matter")]
    let correlation = agreement as f64 / ((a_ordered as f64).sqrt() * (b_ordered as f64).sqrt());
    Some(correlation.clamp(-1.0, 1.0))
}

/// Pairs among so many.
fn pairs_of(count: usize) -> i128 {
    let count = count as i128;
    count * (count - 1) / 2
}

/// Pairs of neighbours that are the same, in what is sorted.
fn tied<T>(sorted: &[T], are_equal: impl FnMut(&T, &T) -> bool) -> i128 {
    sorted.chunk_by(are_equal).map(|equal| pairs_of(equal.len())).sum()
}

/// Merge sort from the bottom up; how many pairs stood in the wrong order.
fn sort_and_count(values: &mut Vec<f64>) -> i128 {
    let mut swaps = 0;
    let mut width = 1;
    let mut merged = Vec::with_capacity(values.len());
    while width < values.len() {
        merged.clear();
        for both in values.chunks(2 * width) {
            let (left, right) = both.split_at(width.min(both.len()));
            swaps += merge(left, right, &mut merged);
        }
        std::mem::swap(values, &mut merged);
        width *= 2;
    }
    swaps
}

fn merge(mut left: &[f64], mut right: &[f64], merged: &mut Vec<f64>) -> i128 {
    let mut swaps = 0;
    while let (Some((first, more_left)), Some((second, more_right))) =
        (left.split_first(), right.split_first())
    {
        if second < first {
            swaps += left.len() as i128;
            merged.push(*second);
            right = more_right;
        } else {
            merged.push(*first);
            left = more_left;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with `scipy.stats.kendalltau` of SciPy 1.17.
    fn check(a: &[f64], b: &[f64], expected: f64) {
        for (a, b) in [(a, b), (b, a)] {
            let correlation = kendall(a, b).unwrap();
            assert!((correlation - expected).abs() < 1e-12, "{correlation} is not {expected}");
        }
    }

    #[test]
    fn orders_equal_reversed_and_shuffled() {
        check(&[1.0, 2.0, 3.0, 4.0], &[1.0, 20.0, 21.0, 1e300], 1.0);
        check(&[1.0, 2.0, 3.0, 4.0], &[9.0, 3.0, 2.0, -8.0], -1.0);
        check(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0], 0.737_864_787_372_621_8);
    }

    #[test]
    fn ties_are_corrected_for() {
        let a = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 0.0, -0.0];
        let b = [2.0, 5.0, 5.0, 1.0, 7.0, 7.0, 2.0, 3.0];
        check(&a, &b, 0.375_325_945_302_734_6);
        let a: Vec<f64> = (0..200).map(|it| f64::from(it * 37 % 101 % 23)).collect();
        let b: Vec<f64> = (0..200).map(|it| f64::from(it * 53 % 97 % 19)).collect();
        check(&a, &b, 0.091_961_068_782_356_56);
    }

    #[test]
    fn no_order_no_correlation() {
        assert_eq!(kendall(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(kendall(&[], &[]), None);
        assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        assert_eq!(kendall(&[1.0, 2.0], &[1.0]), None);
    }
}
