//! Which centre each row is nearest to, kept from round to round.

use crate::clusters::Centers;
use pynomaly_sdk::Matrix;

/// More than rounding can add to a distance, in parts of it.
const SLACK: f64 = 1e-9;
/// Squares of lesser distances lose digits.
const DISTANCE_MIN: f64 = 1e-140;

/// The nearest centres of all rows. A row is asked again only where the centres have moved so far
/// since it was last asked that another one may be nearer (G. Hamerly: Making k-means even faster,
/// SDM 2010): the answers are those that asking every row every time would give.
pub(crate) struct Nearest {
    places: Vec<u32>,
    /// While the way of a row's centre is below this, no other centre is as near.
    limits: Vec<f64>,
    /// How far each centre has moved in all rounds together, and the fastest ones of each round.
    ways: Vec<f64>,
}

impl Nearest {
    /// Of nothing asked yet.
    pub(crate) fn new(rows: usize, centers: &Centers) -> Self {
        Self {
            places: vec![0; rows],
            limits: vec![f64::NEG_INFINITY; rows],
            ways: vec![0.0; centers.count()],
        }
    }

    /// The rows in order, each with the place of the centre that is nearest to it.
    pub(crate) fn visit(
        &mut self,
        training: &Matrix<'_>,
        centers: &Centers,
        mut visit: impl FnMut(usize, &[f64]),
    ) {
        let known = self.places.iter_mut().zip(&mut self.limits);
        for (row, (place, limit)) in training.iter_rows().zip(known) {
            if !(self.ways.get(*place as usize).is_some_and(|way| way < limit)) {
                let (nearest, distances) = centers.two_nearest(row);
                *place = u32::try_from(nearest).unwrap_or_default();
                let way = self.ways.get(nearest).copied().unwrap_or_default();
                *limit = limit_of(distances, way);
            }
            visit(*place as usize, row);
        }
    }

    /// The centres have moved by these distances.
    pub(crate) fn follow(&mut self, distances: impl Iterator<Item = f64> + Clone) {
        let fastest = distances.clone().fold(0.0, f64::max);
        for (way, distance) in self.ways.iter_mut().zip(distances) {
            *way += distance + fastest;
        }
    }
}

/// How long the way of the nearest centre may become, from the distances to it and to the next
/// one: its own moves bring it farther, and those of the fastest bring the next one nearer.
fn limit_of([nearest, next]: [f64; 2], way: f64) -> f64 {
    if next < DISTANCE_MIN {
        return f64::NEG_INFINITY;
    }
    // Not a number where a distance is infinite: such a row is asked every time.
    (next - nearest + way) - SLACK * (next + nearest + way)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_sdk::random::Random;

    /// Moves centres about at random, and asks every row every time beside.
    fn check(rows: usize, columns: usize, count: usize, grid: f64) {
        let mut random = Random::new(7);
        let mut draw = |number: usize, scale: f64| -> Vec<f64> {
            let value = |_| ((random.unit() - 0.5) * scale * grid).round() / grid;
            (0..number * columns).map(value).collect()
        };
        let values = draw(rows, 8.0);
        let training = Matrix::new(columns, &values);
        let mut centers = Centers::new(columns, draw(count, 8.0));
        let mut nearest = Nearest::new(rows, &centers);
        for round in 0..60 {
            let mut seen = 0;
            nearest.visit(&training, &centers, |place, row| {
                assert_eq!(place, centers.nearest(row), "round {round}");
                seen += 1;
            });
            assert_eq!(seen, rows);
            let steps = draw(count, 2.0 / f64::from(round + 1));
            let moved = centers.values().iter().zip(steps).map(|(value, step)| value + step);
            let moved = Centers::new(columns, moved.collect());
            nearest.follow(moved.distances_to(&centers));
            centers = moved;
        }
        assert!(count == 1 || grid < 1e3 || nearest.limits.iter().any(|it| *it > 0.0));
    }

    #[test]
    fn the_answers_are_those_of_asking_every_time() {
        check(500, 3, 8, 1e6);
        check(500, 1, 2, 1e6);
        check(300, 12, 20, 1e6);
    }

    #[test]
    fn ties_are_asked_again() {
        check(500, 2, 9, 2.0);
        check(200, 2, 1, 1e6);
    }
}
