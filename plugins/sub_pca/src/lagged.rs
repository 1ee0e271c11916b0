//! Means and covariances of all windows, without the windows: neighbouring windows share all but
//! one moment, and so do their sums.

use pynomaly_sdk::kernels;

/// Of windows of `size` moments. A window's values are those of the first column in order, then
/// those of the next.
pub(crate) struct Lagged {
    pub(crate) means: Vec<f64>,
    /// Row after row, as many as there are means.
    pub(crate) covariances: Vec<f64>,
}

impl Lagged {
    /// Of columns of equal length, at least `size`.
    #[expect(clippy::cast_precision_loss, reason = "a number of windows")]
    pub(crate) fn of(columns: &[Vec<f64>], size: usize) -> Self {
        let count = (columns.first().map_or(0, Vec::len) + 1).saturating_sub(size);
        let lags = columns.iter().flat_map(|column| (0..size).map(move |lag| (column, lag)));
        let mean = |(column, lag): (&Vec<f64>, usize)| {
            kernels::sum(column.get(lag..lag + count).unwrap_or_default()) / count as f64
        };
        let means: Vec<f64> = lags.map(mean).collect();
        let mut lagged = Self { covariances: vec![0.0; means.len() * means.len()], means };
        for (i, a) in (0..).step_by(size).zip(columns) {
            for (j, b) in (0..).step_by(size).zip(columns) {
                for lag in 0..size {
                    let series = (a.as_slice(), b.get(lag..).unwrap_or_default());
                    lagged.put_all(series, (i, j + lag), count, size - lag);
                }
            }
        }
        lagged
    }

    /// The covariances of the value at `row` of all windows and that at `column`, then of the next
    /// two, for as many `steps` as windows have; these are values of two series, the first of
    /// which has the first window's at its start. And the same mirrored.
    #[expect(clippy::cast_precision_loss, reason = "a number of windows")]
    fn put_all(
        &mut self,
        (a, b): (&[f64], &[f64]),
        (row, column): (usize, usize),
        count: usize,
        steps: usize,
    ) {
        let width = self.means.len();
        let mean = |means: &[f64], place: usize| means.get(place).copied().unwrap_or_default();
        for (step, sum) in (0..steps).zip(products(a, b, count)) {
            let (row, column) = (row + step, column + step);
            let expected = mean(&self.means, row) * mean(&self.means, column);
            for place in [row * width + column, column * width + row] {
                if let Some(entry) = self.covariances.get_mut(place) {
                    *entry = sum / count as f64 - expected;
                }
            }
        }
    }
}

/// The sum of products over the first `count` pairs, then over as many from the second on, and so
/// on: what leaves is subtracted, what enters added.
fn products<'a>(a: &'a [f64], b: &'a [f64], count: usize) -> impl Iterator<Item = f64> + 'a {
    let start = |series: &'a [f64]| series.get(..count).unwrap_or_default();
    let first = kernels::dot(start(a), start(b));
    let entered = a.iter().skip(count).zip(b.iter().skip(count));
    let sums = a.iter().zip(b).zip(entered).scan(first, |sum, ((a, b), (c, d))| {
        *sum += c * d - a * b;
        Some(*sum)
    });
    std::iter::once(first).chain(sums)
}

#[cfg(test)]
mod tests {
    use super::Lagged;

    #[test]
    fn means_and_covariances_are_those_of_the_windows() {
        let columns: Vec<Vec<f64>> = (1..3)
            .map(|seed| (0..30).map(|step| f64::from((step * step * seed) % 17)).collect())
            .collect();
        let lagged = Lagged::of(&columns, 4);
        let windows: Vec<Vec<f64>> = (0..27)
            .map(|at| columns.iter().flat_map(|it| it[at..at + 4].to_vec()).collect())
            .collect();
        for i in 0..8 {
            let mean = |i: usize| windows.iter().map(|it| it[i]).sum::<f64>() / 27.0;
            assert!((lagged.means[i] - mean(i)).abs() < 1e-12);
            for j in 0..8 {
                let products = windows.iter().map(|it| (it[i] - mean(i)) * (it[j] - mean(j)));
                let covariance = products.sum::<f64>() / 27.0;
                assert!((lagged.covariances[i * 8 + j] - covariance).abs() < 1e-10);
            }
        }
    }
}
