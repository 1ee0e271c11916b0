//! Comparing windows along 16 neighbouring diagonals of the matrix of all pairs.

use crate::windows::Windows;
use pynomaly_sdk::kernels::LANES;

type Lanes = [f64; LANES];

/// A covariance that was carried along from pairs so much larger is computed anew: what is left of
/// their rounding errors could be larger than it.
const FALL_MAX: f64 = 1e-2;
/// A pair is this much larger than another only if that one is constant.
const RISE_MAX: f64 = 1e-30;

/// One column of a band.
struct Carried {
    covariances: Lanes,
    /// The largest product of norms since the covariances were computed anew.
    peaks: Lanes,
}

/// Visits the pairs of window `row` here and windows `place..place + 16` there, then the next row
/// and place, until either ends. Places count the padding. `visit` is given row, place and the
/// sums over the columns of the pairs' correlations.
pub(crate) fn compare(
    here: &[Windows],
    there: &[Windows],
    (mut row, mut place): (usize, usize),
    mut visit: impl FnMut(usize, usize, &Lanes),
) {
    let rows = here.first().map_or(0, Windows::count);
    let end = there.first().map_or(0, Windows::count) + LANES;
    let new = |_: &Windows| Carried { covariances: [0.0; LANES], peaks: [0.0; LANES] };
    let mut carried: Vec<_> = here.iter().map(new).collect();
    while row < rows && place < end {
        let mut sums = [0.0; LANES];
        for ((carried, here), there) in carried.iter_mut().zip(here).zip(there) {
            if carried.advance(here, there, row + LANES, place) {
                carried.anew(here, there, row + LANES, place);
            }
            carried.add_correlations(here, there, row + LANES, place, &mut sums);
        }
        visit(row, place, &sums);
        row += 1;
        place += 1;
    }
}

impl Carried {
    /// The covariances of the next pairs out of those before (the recurrence of Z. Zimmerman et
    /// al.: *Matrix Profile XIV*, SoCC 2019). True where they must not be trusted.
    fn advance(&mut self, here: &Windows, there: &Windows, row: usize, place: usize) -> bool {
        let (change, own_place) = (one(&here.changes, row), one(&here.places, row));
        let changes = lanes(&there.changes, place).iter().zip(lanes(&there.places, place));
        for (covariance, (other_change, other_place)) in self.covariances.iter_mut().zip(changes) {
            *covariance += change * other_place + other_change * own_place;
        }
        let norm = one(&here.norms, row);
        let mut is_lost = false;
        for (peak, other) in self.peaks.iter_mut().zip(lanes(&there.norms, place)) {
            let product = norm * other;
            is_lost |= (product < *peak * FALL_MAX) | (*peak < product * RISE_MAX);
            *peak = if product > *peak { product } else { *peak };
        }
        is_lost
    }

    /// The covariances by the definition.
    #[cold]
    fn anew(&mut self, here: &Windows, there: &Windows, row: usize, place: usize) {
        let norm = one(&here.norms, row);
        let both = self.covariances.iter_mut().zip(&mut self.peaks);
        let others = lanes(&there.norms, place).iter().zip(place..);
        for ((covariance, peak), (other, place)) in both.zip(others) {
            *covariance = here.covariance(row, there, place);
            *peak = norm * other;
        }
    }

    fn add_correlations(
        &self,
        here: &Windows,
        there: &Windows,
        row: usize,
        place: usize,
        sums: &mut Lanes,
    ) {
        let (inverse, half) = (one(&here.inverses, row), one(&here.halves, row));
        let others = lanes(&there.inverses, place).iter().zip(lanes(&there.halves, place));
        for ((sum, covariance), (other, other_half)) in
            sums.iter_mut().zip(&self.covariances).zip(others)
        {
            *sum += covariance * inverse * other + (half + other_half);
        }
    }
}

fn one(list: &[f64], place: usize) -> f64 {
    list.get(place).copied().unwrap_or_default()
}

/// 16 entries from `place` on.
fn lanes(list: &[f64], place: usize) -> &Lanes {
    list.get(place..).and_then(|it| it.first_chunk()).unwrap_or(&[0.0; LANES])
}
