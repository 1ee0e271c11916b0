//! FastMCD: the rows whose covariance has the least determinant.

use crate::estimate::{Estimate, Rows};
use pynomaly_sdk::kernels;
use pynomaly_sdk::random::Random;
use pynomaly_sdk::select::nth_of;

/// Random starts, over all subsets.
const STARTS: usize = 500;
/// Candidates that go on from each stage.
const KEPT: usize = 10;
/// Improvements of each candidate before the best go on.
const FIRST_STEPS: usize = 2;
/// Improvements of the last candidates; they end by themselves far earlier.
const LAST_STEPS_MAX: usize = 200;
/// Up to this many rows are searched at once; of more, disjoint subsets.
const ROWS_AT_ONCE_MAX: usize = 600;
const SUBSET_ROWS: usize = 300;
const SUBSETS_MAX: usize = 5;

/// The estimate of `support` of the rows that has the least determinant, as far as it is found.
pub(crate) fn least_determinant(rows: &Rows, support: usize, random: &mut Random) -> Estimate {
    let candidates = if rows.len() <= ROWS_AT_ONCE_MAX {
        starts(rows, support, STARTS, random)
    } else {
        from_subsets(rows, support, random)
    };
    let last = candidates.iter().map(|it| improve(rows, it, support, LAST_STEPS_MAX)).collect();
    let best = best(last, 1).into_iter().next();
    best.unwrap_or_else(|| Estimate::of(rows, &indices(rows)))
}

/// The best candidates of disjoint subsets, tried on all subsets together.
fn from_subsets(rows: &Rows, support: usize, random: &mut Random) -> Vec<Estimate> {
    let subsets = (rows.len() / SUBSET_ROWS).clamp(1, SUBSETS_MAX);
    let mut order = indices(rows);
    random.draw_to_front(&mut order, subsets * SUBSET_ROWS);
    order.truncate(subsets * SUBSET_ROWS);
    let share = |part: &Rows| (support * part.len()).div_ceil(rows.len());
    let mut candidates = Vec::new();
    for subset in order.chunks(SUBSET_ROWS) {
        let subset = rows.subset(subset);
        candidates.extend(starts(&subset, share(&subset), STARTS / subsets, random));
    }
    let merged = rows.subset(&order);
    let again = |it: &Estimate| {
        let chosen = nearest(&it.distances(&merged), share(&merged));
        improve(&merged, &Estimate::of(&merged, &chosen), share(&merged), FIRST_STEPS)
    };
    let candidates = best(candidates.iter().map(again).collect(), KEPT);
    let whole = |it: &Estimate| Estimate::of(rows, &nearest(&it.distances(rows), support));
    candidates.iter().map(whole).collect()
}

/// The best of `count` random starts. A start is one row more than there are columns: so few
/// that many starts have no anomaly among them.
fn starts(rows: &Rows, support: usize, count: usize, random: &mut Random) -> Vec<Estimate> {
    let mut order = indices(rows);
    let mut candidates = Vec::new();
    for _ in 0..count {
        random.draw_to_front(&mut order, rows.columns() + 1);
        let few = order.get(..rows.columns() + 1).unwrap_or(&order);
        let start = Estimate::of(rows, few);
        let first = Estimate::of(rows, &nearest(&start.distances(rows), support));
        candidates.push(improve(rows, &first, support, FIRST_STEPS));
        if candidates.len() > 2 * KEPT {
            candidates = best(candidates, KEPT);
        }
    }
    best(candidates, KEPT)
}

/// C-steps: the nearest rows of an estimate never have a greater determinant than its own rows.
fn improve(rows: &Rows, start: &Estimate, support: usize, steps: usize) -> Estimate {
    let mut estimate = start.clone();
    for _ in 0..steps {
        let next = Estimate::of(rows, &nearest(&estimate.distances(rows), support));
        if next.log_determinant >= estimate.log_determinant {
            break;
        }
        estimate = next;
    }
    estimate
}

/// The candidates of the least determinants, the first first.
fn best(mut candidates: Vec<Estimate>, count: usize) -> Vec<Estimate> {
    candidates.sort_by(|a, b| a.log_determinant.total_cmp(&b.log_determinant));
    candidates.truncate(count);
    candidates
}

/// The indices of the `count` least distances, ascending; of equal ones the first. A NaN is no
/// distance.
pub(crate) fn nearest(distances: &[f64], count: usize) -> Vec<u32> {
    let count = count.min(distances.len());
    let farthest = count.checked_sub(1).and_then(|last| nth_of(distances, |it| it, last));
    let Some((_, farthest)) = farthest else { return Vec::new() };
    let nearer = kernels::map(distances, |distance| u32::from(distance < farthest));
    let mut as_far = count.saturating_sub(nearer.iter().sum::<u32>() as usize);
    let (mut rows, mut found) = (vec![0; count], 0);
    let mut visit = |row: u32, distance: f64| {
        let is_tie = (distance == farthest) & (as_far > 0);
        as_far -= usize::from(is_tie);
        if let Some(slot) = rows.get_mut(found) {
            *slot = row;
        }
        found += usize::from((distance < farthest) | is_tie);
    };
    let (groups, rest) = distances.as_chunks::<{ kernels::LANES }>();
    let mut row = 0;
    for group in groups {
        (row..).zip(group).for_each(|(row, distance)| visit(row, *distance));
        row += kernels::LANES as u32;
    }
    (row..).zip(rest).for_each(|(row, distance)| visit(row, *distance));
    rows.truncate(found);
    rows
}

fn indices(rows: &Rows) -> Vec<u32> {
    (0..).take(rows.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_are_found_and_ties_go_to_the_first() {
        assert_eq!(nearest(&[3.0, 1.0, 2.0, 1.0, 2.0], 3), [1, 2, 3]);
        assert_eq!(nearest(&[1.0, 1.0], 9), [0, 1]);
        assert!(nearest(&[1.0], 0).is_empty());
    }
}
