//! The season's length, where the caller does not know it.

use pynomaly_sdk::kernels;

/// Longest season that is looked for, so that looking costs little.
const PERIOD_MAX: usize = 1_024;

/// The lag at which the columns are most like themselves: the highest peak of the sum of their
/// autocorrelations, each column's straight trend taken out; 2 where there is no peak. At least
/// two seasons fit into the series.
pub(crate) fn find(columns: &[Vec<f64>]) -> usize {
    let rows = columns.first().map_or(0, Vec::len);
    let lags = (rows / 2).min(PERIOD_MAX);
    let mut likeness = vec![0.0; lags + 2];
    for column in columns {
        add_autocorrelations(&straightened(column), &mut likeness);
    }
    let mut best = (2, 0.0);
    for (lag, three) in (1..).zip(likeness.windows(3)) {
        let [before, at, after] = three else { continue };
        if (2..=lags).contains(&lag) && at > before && at >= after && *at > best.1 {
            best = (lag, *at);
        }
    }
    best.0
}

fn add_autocorrelations(values: &[f64], sums: &mut [f64]) {
    let own = kernels::dot(values, values);
    if own > 0.0 {
        for (lag, sum) in sums.iter_mut().enumerate() {
            *sum += kernels::dot(values, values.get(lag..).unwrap_or_default()) / own;
        }
    }
}

/// The differences from the line of least squares, on a scale where squares stay finite.
#[expect(clippy::cast_precision_loss, reason = "numbers of moments")]
fn straightened(values: &[f64]) -> Vec<f64> {
    let largest = values.iter().fold(0.0, |most, it| it.abs().max(most));
    let scale = if largest > 0.0 { largest } else { 1.0 };
    let values: Vec<f64> = values.iter().map(|it| it / scale).collect();
    let count = values.len() as f64;
    let mean = kernels::sum(&values) / count;
    let middle = (count - 1.0) / 2.0;
    let places: Vec<f64> = (0..values.len()).map(|place| place as f64 - middle).collect();
    let spread = kernels::dot(&places, &places);
    let slope = if spread > 0.0 { kernels::dot(&places, &values) / spread } else { 0.0 };
    values.iter().zip(&places).map(|(value, place)| value - mean - slope * place).collect()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn seasons_are_found_under_a_trend() {
        let wave = |length: i32| {
            (0..200).map(|it| f64::from(it % length * (it % length)) + f64::from(it)).collect()
        };
        assert_eq!(find(&[wave(12)]), 12);
        assert_eq!(find(&[wave(7), vec![5.0; 200]]), 7);
        assert_eq!(find(&[vec![5.0; 200]]), 2);
        assert_eq!(find(&[vec![5.0; 4]]), 2);
    }
}
