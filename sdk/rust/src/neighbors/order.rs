//! An order of the rows in which neighbours stand together.

use crate::kernels::LANES;

/// Indices of the rows such that every [`LANES`] from the start, every [`LANES`] of these groups,
/// and so on, fill a small box: halved again and again at the median of the widest column.
#[expect(clippy::cast_possible_truncation, reason = "far fewer than 2^32 rows fit in memory")]
pub(super) fn together(columns: usize, values: &[f64]) -> Vec<u32> {
    let rows: Vec<&[f64]> = values.chunks_exact(columns).collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    halve(&mut order, &rows, columns);
    order
}

fn halve(order: &mut [u32], rows: &[&[f64]], columns: usize) {
    if order.len() <= LANES {
        return;
    }
    let column = widest(order, rows, columns);
    let value = |row: &u32| rows.get(*row as usize).and_then(|row| row.get(column)).copied();
    let key = |row: &u32| value(row).unwrap_or_default();
    let middle = middle(order.len());
    order.select_nth_unstable_by(middle, |a, b| key(a).total_cmp(&key(b)));
    let (left, right) = order.split_at_mut(middle);
    halve(left, rows, columns);
    halve(right, rows, columns);
}

/// The end of about half of the largest whole groups, so that no group is ever cut.
fn middle(length: usize) -> usize {
    let mut group = LANES;
    while group * LANES < length {
        group *= LANES;
    }
    length.div_ceil(group) / 2 * group
}

/// The column whose values lie farthest apart.
fn widest(order: &[u32], rows: &[&[f64]], columns: usize) -> usize {
    let mut low = vec![f64::INFINITY; columns];
    let mut high = vec![f64::NEG_INFINITY; columns];
    for row in order.iter().filter_map(|row| rows.get(*row as usize)) {
        for ((low, high), value) in low.iter_mut().zip(&mut high).zip(*row) {
            *low = if value < low { *value } else { *low };
            *high = if value > high { *value } else { *high };
        }
    }
    let widths = low.iter().zip(&high).map(|(low, high)| high - low);
    widths.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(column, _)| column)
}
