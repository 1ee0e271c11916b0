//! Rows in other layouts: column by column, and in blocks.

use crate::Matrix;
use crate::kernels::LANES;

/// Rows of `columns` values each as blocks, one after the other: `N` rows are `columns` entries. The
/// last block is filled up with rows of `filler`; infinitely distant ones, where it is infinite.
/// `columns` is at least 1.
#[must_use]
pub fn blocks<T: Copy, const N: usize>(columns: usize, values: &[T], filler: T) -> Vec<[T; N]> {
    let columns = columns.max(1);
    let lanes = |rows: &[T], column: usize| {
        let mut lanes = [filler; N];
        let values = rows.iter().skip(column).step_by(columns);
        lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane = *value);
        lanes
    };
    let groups = values.chunks(N.max(1) * columns);
    groups.flat_map(|rows| (0..columns).map(move |column| lanes(rows, column))).collect()
}

/// Visits all rows, `N` at a time, as a block: `visit(block, rows)` with the number of rows that
/// are there; the last block is filled up with what the one before it left.
#[inline]
pub fn each_block<const N: usize>(
    rows: &Matrix<'_>,
    mut visit: impl FnMut(&mut [[f64; N]], usize),
) {
    let columns = rows.columns();
    let mut block = vec![[0.0; N]; columns];
    for group in rows.values().chunks(N.max(1) * columns) {
        for (column, lanes) in block.iter_mut().enumerate() {
            gather(group, column, columns, lanes);
        }
        visit(&mut block, group.len() / columns);
    }
}

/// One column, from the first row to the last; nothing past the last column.
#[must_use]
pub fn column(rows: &Matrix<'_>, column: usize) -> Vec<f64> {
    let columns = rows.columns();
    let mut all = vec![0.0; if column < columns { rows.rows() } else { 0 }];
    let mut groups = rows.values().chunks(LANES * columns);
    let (runs, last) = all.as_chunks_mut::<LANES>();
    for (run, group) in runs.iter_mut().zip(&mut groups) {
        gather(group, column, columns, run);
    }
    let rest = groups.next().and_then(|group| group.get(column..)).unwrap_or_default();
    last.iter_mut().zip(rest.iter().step_by(columns)).for_each(|(to, value)| *to = *value);
    all
}

/// Every `step`th of `values` from `first` on, as far as there are any.
#[inline]
fn gather<const N: usize>(values: &[f64], first: usize, step: usize, to: &mut [f64; N]) {
    let mut place = first;
    for to in to {
        *to = values.get(place).copied().unwrap_or(*to);
        place += step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{dot, dots};

    #[test]
    fn blocks_hold_the_rows_and_the_filler() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        let blocks = blocks::<f64, LANES>(2, &values, -1.0);
        assert_eq!(blocks.len(), 4);
        assert_eq!(
            (blocks[0][3], blocks[1][3], blocks[2][3], blocks[3][4]),
            (6.0, 7.0, 38.0, -1.0)
        );
    }

    #[test]
    fn blocks_of_rows_give_the_bits_of_single_rows() {
        for columns in 1..12 {
            let value = |it: usize| 1.0 / (it % 13 + 3) as f64 - 0.17;
            let values: Vec<f64> = (0..columns * 37).map(value).collect();
            let rows = Matrix::new(columns, &values);
            let vector = rows.values().iter().rev().take(columns).copied().collect::<Vec<_>>();
            let mut products = Vec::new();
            each_block::<4>(&rows, |block, count| {
                products.extend(dots(&vector, block).into_iter().take(count));
            });
            let expected: Vec<f64> = rows.iter_rows().map(|row| dot(&vector, row)).collect();
            assert_eq!(products, expected);
            for place in 0..=columns {
                assert_eq!(column(&rows, place), rows.column(place).collect::<Vec<_>>());
            }
        }
    }
}
