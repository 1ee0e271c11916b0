//! Shapley values of the columns, for any detector: it is only asked for scores.

use super::EVALUATIONS_MAX;
use crate::Matrix;
use crate::random::Generator;

/// Permutations that are averaged at most.
const PERMUTATIONS_MAX: usize = 32;

/// Contributions of the columns of `data` to `scores`, its scores: the mean, over permutations of
/// the columns, of how much the score changes when the row's own value takes the place of the
/// `background`'s, one column after the other (E. Štrumbelj, I. Kononenko: Explaining prediction
/// models and individual predictions with feature contributions. KAIS 41(3), 2014). All rows
/// change together, so that detectors of series see a whole series.
///
/// All permutations where there are few enough (four columns or fewer); else pairs of a random one
/// and its reverse (R. Mitchell et al.: Sampling Permutations for Shapley Value Estimation. JMLR
/// 23, 2022), drawn from `seed`, as many as keep the rows scored within [`EVALUATIONS_MAX`], at
/// most 32. Each row's values sum to its score less that of the background, whatever the number
/// of permutations, up to rounding; a column that the detector does not look at has 0.
///
/// `score` is asked for the scores of changed rows, and its first error ends the work.
pub fn shapley<E>(
    data: &Matrix,
    scores: &[f64],
    background: &[f64],
    seed: u64,
    mut score: impl FnMut(&Matrix) -> Result<Vec<f64>, E>,
) -> Result<Vec<f64>, E> {
    let (rows, columns) = (data.rows(), data.columns());
    let base = Changed::new(data, background);
    let Some(base_matrix) = base.matrix() else { return Ok(vec![0.0; rows * columns]) };
    let base_scores = score(&base_matrix)?;
    let permutations = permutations(rows, columns, seed);
    let mut values = vec![0.0; rows * columns];
    for permutation in &permutations {
        let mut changed = Changed { values: base.values.clone(), ..base };
        let mut before = base_scores.clone();
        for (place, column) in permutation.iter().enumerate() {
            changed.restore(*column);
            // With all columns its own, a row is itself.
            let is_last = place + 1 == columns;
            let after = match changed.matrix() {
                Some(_) if is_last => scores.to_vec(),
                Some(matrix) => score(&matrix)?,
                None => before.clone(),
            };
            let own = values.iter_mut().skip(*column).step_by(columns);
            for ((value, after), before) in own.zip(&after).zip(&before) {
                *value += after - before;
            }
            before = after;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 32")]
    let count = permutations.len() as f64;
    values.iter_mut().for_each(|value| *value /= count);
    Ok(values)
}

/// Rows in which some columns are the background's.
struct Changed<'a> {
    data: &'a Matrix,
    values: Vec<f64>,
}

impl<'a> Changed<'a> {
    /// All columns the background's.
    fn new(data: &'a Matrix, background: &[f64]) -> Self {
        let values = background.iter().copied().cycle().take(data.values().len()).collect();
        Self { data, values }
    }

    /// Makes a column the rows' own again.
    fn restore(&mut self, column: usize) {
        let columns = self.data.columns();
        let changed = self.values.iter_mut().skip(column).step_by(columns);
        let own = self.data.values().iter().skip(column).step_by(columns);
        changed.zip(own).for_each(|(changed, own)| *changed = *own);
    }

    /// `None` where the background is infinite.
    fn matrix(&self) -> Option<Matrix> {
        Matrix::new(self.data.columns(), self.values.clone()).ok()
    }
}

/// All orders of the columns, or a sample of them.
fn permutations(rows: usize, columns: usize, seed: u64) -> Vec<Vec<usize>> {
    let affordable = EVALUATIONS_MAX / (rows * columns).max(1);
    let wanted = affordable.clamp(1, PERMUTATIONS_MAX);
    let all = (1..=columns).try_fold(1_usize, |product, factor| product.checked_mul(factor));
    if all.is_some_and(|all| all <= wanted) {
        return all_permutations(columns);
    }
    let mut generator = Generator::new(seed);
    let mut drawn = Vec::with_capacity(wanted);
    while drawn.len() < wanted {
        let mut order: Vec<usize> = (0..columns).collect();
        for place in 0..columns {
            order.swap(place, place + generator.below(columns - place));
        }
        let reverse = order.iter().rev().copied().collect();
        drawn.push(order);
        if drawn.len() < wanted {
            drawn.push(reverse);
        }
    }
    drawn
}

/// Every order of `0..columns`; callers see to it that there are few.
fn all_permutations(columns: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for column in 0..columns {
        let insert = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=order.len()).map(move |place| {
                let mut longer = order.clone();
                longer.insert(place, column);
                longer
            })
        };
        orders = orders.iter().flat_map(insert).collect();
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Contributions for a score that is a function of the row alone.
    fn explained(
        columns: usize,
        rows: &[f64],
        background: &[f64],
        score: impl Fn(&[f64]) -> f64,
    ) -> (Vec<f64>, Vec<f64>) {
        let data = Matrix::new(columns, rows.to_vec()).unwrap();
        let score_all = |data: &Matrix| data.iter_rows().map(&score).collect::<Vec<_>>();
        let scores = score_all(&data);
        let answer = |data: &Matrix| Ok::<_, Infallible>(score_all(data));
        let values = shapley(&data, &scores, background, 7, answer).unwrap();
        let base = score(background);
        (values, scores.iter().map(|score| score - base).collect())
    }

    fn product(row: &[f64]) -> f64 {
        row.iter().product::<f64>() + row[0]
    }

    #[test]
    fn contributions_sum_to_the_score_less_the_backgrounds() {
        let rows: Vec<f64> = (0..35).map(|at| f64::from(at * at % 11) - 4.0).collect();
        for columns in [1, 5, 7] {
            let background = vec![0.5; columns];
            let (values, sums) = explained(columns, &rows, &background, product);
            for (values, sum) in values.chunks(columns).zip(sums) {
                let total: f64 = values.iter().sum();
                assert!((total - sum).abs() <= 1e-9 * sum.abs().max(1.0), "{total} {sum}");
            }
        }
    }

    #[test]
    fn values_of_few_columns_are_exact_and_symmetric() {
        let both = |row: &[f64]| if row[0] > 1.0 && row[1] > 1.0 { 6.0 } else { 0.0 };
        let (values, _) = explained(3, &[2.0, 2.0, 9.0], &[0.0; 3], both);
        assert_eq!(values, [3.0, 3.0, 0.0]);
    }

    #[test]
    fn a_column_that_is_not_looked_at_has_0_among_many() {
        let rows: Vec<f64> = (0..60).map(|at| f64::from(at * 7 % 13)).collect();
        let sum = |row: &[f64]| row[0] * row[1] + row[2].abs() - row[4];
        let (values, _) = explained(6, &rows, &[1.0; 6], sum);
        assert!(values.chunks(6).all(|row| row[3] == 0.0 && row[5] == 0.0), "{values:?}");
        let (constant, _) = explained(6, &[4.0; 6], &[4.0; 6], sum);
        assert_eq!(constant, [0.0; 6]);
    }

    #[test]
    fn parts_of_a_sum_are_found_whatever_the_order() {
        let sum = |row: &[f64]| 2.0 * row[0] - 3.0 * row[1] + row[5];
        let (values, _) = explained(6, &[1.0, 1.0, 8.0, 8.0, 8.0, 4.0], &[0.0; 6], sum);
        assert_eq!(values, [2.0, -3.0, 0.0, 0.0, 0.0, 4.0]);
    }

    #[test]
    fn the_rows_scored_are_bounded_and_drawn_from_the_seed() {
        assert_eq!(permutations(10, 3, 7).len(), 6);
        assert_eq!(permutations(10, 9, 7).len(), PERMUTATIONS_MAX);
        assert_eq!(permutations(EVALUATIONS_MAX / 9, 9, 7).len(), 1);
        assert_eq!(permutations(10, 9, 7), permutations(10, 9, 7));
        assert_ne!(permutations(10, 9, 7), permutations(10, 9, 8));
    }
}
