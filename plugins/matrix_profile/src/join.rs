//! The nearest neighbours of all windows.

use crate::Options;
use crate::band::compare;
use crate::windows::Windows;
use pynomaly_sdk::kernels::LANES;

/// The greatest correlation, summed over the columns, of each training window with another that
/// is far enough from it.
pub(crate) fn of_itself(training: &[Windows], options: Options) -> Vec<f64> {
    let count = training.first().map_or(0, Windows::count);
    let mut best = vec![f64::NEG_INFINITY; count + 2 * LANES];
    for apart in (options.exclusion() + 1..count).step_by(LANES) {
        compare(training, training, (0, apart + LANES), |row, place, sums| {
            if let Some(best) = best.get_mut(row + LANES) {
                *best = greater(greatest(sums), *best);
            }
            let others = best.get_mut(place..).unwrap_or_default().iter_mut();
            others.zip(sums).for_each(|(best, sum)| *best = greater(*sum, *best));
        });
    }
    best.get(LANES..count + LANES).unwrap_or_default().to_vec()
}

/// The greatest correlation of each window that follows the training, the first of which begins
/// one moment after the last training window, with a training window that is far enough from it.
/// The diagonals are taken in the same groups however many windows follow, so that a window's
/// bits do not depend on that.
pub(crate) fn of_following(
    following: &[Windows],
    training: &[Windows],
    options: Options,
) -> Vec<f64> {
    let count = training.first().map_or(0, Windows::count);
    let mut best = vec![f64::NEG_INFINITY; following.first().map_or(0, Windows::count)];
    // Row 0 has so many windows far enough before it, and each later row one more.
    let far = count.saturating_sub(options.exclusion());
    for passed in (0..).step_by(LANES) {
        // A group's places at row 0; one that begins before the padding's end begins there, later.
        let (row, place) = if far > passed { (0, far - passed) } else { (passed + 1 - far, 1) };
        if row >= best.len() {
            break;
        }
        compare(following, training, (row, place), |row, _, sums| {
            if let Some(best) = best.get_mut(row) {
                *best = greater(greatest(sums), *best);
            }
        });
    }
    best
}

fn greatest(values: &[f64; LANES]) -> f64 {
    values.iter().fold(f64::NEG_INFINITY, |most, value| greater(*value, most))
}

/// One instruction of the vector unit, unlike `f64::max`, which also heeds NaN.
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
