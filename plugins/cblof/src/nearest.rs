//! Which centre each row is nearest to, kept from round to round.

use crate::clusters::{Blocks, Centers, distance};
use pynomaly_sdk::Matrix;
use pynomaly_sdk::kernels;

/// More than rounding can add to a distance, in parts of it.
const SLACK: f64 = 1e-9;
/// Squares of lesser distances lose digits.
const DISTANCE_MIN: f64 = 1e-140;
/// The same in single precision: twice the last digit, for each column and a few steps more.
const NEAR_SLACK: f64 = 1.2e-7;
const NEAR_STEPS: f64 = 8.0;
const NEAR_DISTANCE_MIN: f64 = 1e-12;

/// The rows by the centres that are nearest to them. A row is asked again only where the centres
/// have moved so far since it was last asked that another one may be nearer (G. Hamerly: Making
/// k-means even faster, SDM 2010); first in single precision, and in double precision where that
/// leaves it open: the answers are those that asking every row every time would give.
pub(crate) struct Nearest<'a> {
    training: Matrix<'a>,
    /// Where the rows in single precision are seen from: their mean.
    origin: Vec<f64>,
    clusters: Vec<Cluster>,
    /// How far each centre has moved in all rounds together, and the fastest ones of each round.
    ways: Vec<f64>,
    /// Rows that changed their cluster since the sums were last added up from nothing.
    changes: usize,
    /// Room for one row in single precision.
    near: Vec<f32>,
}

/// The rows of one cluster.
#[derive(Default)]
struct Cluster {
    rows: Vec<u32>,
    /// Their values in single precision, as seen from the origin: side by side in memory, since
    /// fetching them takes longer than computing with them.
    near: Vec<f32>,
    /// While the way of a row's centre is below this, no other centre is as near.
    limits: Vec<f64>,
    sums: Vec<f64>,
}

impl Cluster {
    fn near_of(&self, at: usize, columns: usize) -> &[f32] {
        self.near.get(at * columns..(at + 1) * columns).unwrap_or_default()
    }

    /// Takes out the row that is `at` this place, whose values go `to`; the last one takes its
    /// place. The row must be there.
    fn remove(&mut self, at: usize, to: &mut Vec<f32>, columns: usize) -> u32 {
        to.extend_from_slice(self.near_of(at, columns));
        let last = self.near.len().saturating_sub(columns);
        if at * columns <= last {
            self.near.copy_within(last.., at * columns);
        }
        self.near.truncate(last);
        self.limits.swap_remove(at);
        self.rows.swap_remove(at)
    }
}

impl<'a> Nearest<'a> {
    /// Of nothing asked yet.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "half the digits; far fewer than 2^32 rows"
    )]
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn new(training: Matrix<'a>, count: usize) -> Self {
        let columns = training.columns();
        let (rows, all) = (training.rows(), training.iter_rows());
        let mut origin = vec![0.0; columns];
        all.clone().for_each(|row| shift(&mut origin, row, 1.0 / rows as f64));
        let mut near = Vec::with_capacity(training.values().len());
        all.for_each(|row| near.extend(row.iter().zip(&origin).map(|(a, b)| (a - b) as f32)));
        let none = || Cluster { sums: vec![0.0; columns], ..Cluster::default() };
        let mut clusters: Vec<Cluster> = (0..count).map(|_| none()).collect();
        if let Some(first) = clusters.first_mut() {
            first.rows = (0..rows as u32).collect();
            first.limits = vec![f64::NEG_INFINITY; rows];
            first.near = near;
        }
        Self {
            training,
            origin,
            clusters,
            ways: vec![0.0; count],
            changes: rows + 1,
            near: Vec::new(),
        }
    }

    /// Asks the rows that may have another nearest centre now.
    pub(crate) fn update(&mut self, centers: &Centers) {
        let asked = Asked::new(centers, &self.origin);
        let (mut due, mut answers) = (Vec::new(), Vec::new());
        for place in 0..self.clusters.len() {
            let way = self.ways.get(place).copied().unwrap_or_default();
            let Some(cluster) = self.clusters.get(place) else { continue };
            find_due(&cluster.limits, way, &mut due);
            let near = |at: &u32| cluster.near_of(*at as usize, self.origin.len());
            answers.extend(due.iter().map(|at| asked.near.two_nearest(near(at))));
            // From the last on: the row that takes the place of one that leaves was looked at.
            for (at, answer) in due.drain(..).zip(answers.drain(..)).rev() {
                self.heed(&asked, place, at as usize, answer);
            }
        }
        if self.changes > self.training.rows() {
            self.add_up();
        }
    }

    /// Keeps the row that is `at` this place of the cluster `from`, or sends it to where the
    /// `answer` says, in single precision.
    fn heed(&mut self, asked: &Asked<'_>, from: usize, at: usize, answer: (usize, [f64; 2])) {
        let Some(cluster) = self.clusters.get_mut(from) else { return };
        let row = cluster.rows.get(at).and_then(|row| self.training.row(*row as usize));
        let values = row.unwrap_or_default();
        let (to, limit) = asked.settle(answer, values, &self.ways);
        if to == from {
            cluster.limits.iter_mut().skip(at).take(1).for_each(|it| *it = limit);
            return;
        }
        // After more changes than rows the sums are added up from nothing in any case.
        let counts = self.changes <= self.training.rows();
        self.near.clear();
        let row = cluster.remove(at, &mut self.near, values.len());
        if counts {
            shift(&mut cluster.sums, values, -1.0);
        }
        if let Some(cluster) = self.clusters.get_mut(to) {
            cluster.rows.push(row);
            cluster.near.extend_from_slice(&self.near);
            cluster.limits.push(limit);
            if counts {
                shift(&mut cluster.sums, values, 1.0);
            }
        }
        self.changes += 1;
    }

    /// Adds up the rows of each cluster from nothing: what came and went has left rounding errors.
    pub(crate) fn add_up(&mut self) {
        for cluster in &mut self.clusters {
            cluster.sums.fill(0.0);
            for row in &cluster.rows {
                let values = self.training.row(*row as usize).unwrap_or_default();
                shift(&mut cluster.sums, values, 1.0);
            }
        }
        self.changes = 0;
    }

    /// The means of the rows nearest to each centre; a centre that no row is nearest to stays.
    #[expect(clippy::cast_precision_loss, reason = "a number of rows")]
    pub(crate) fn means(&self, centers: &Centers) -> Centers {
        let mut means = Vec::with_capacity(centers.values().len());
        for (cluster, center) in self.clusters.iter().zip(centers.iter()) {
            let count = cluster.rows.len();
            let mean = cluster.sums.iter().map(|sum| sum / count as f64);
            let (mean, center) = (mean.filter(|_| count > 0), center.iter().copied());
            means.extend(mean.chain(center.filter(|_| count == 0)));
        }
        Centers::new(self.training.columns(), means)
    }

    /// The centres have moved by these distances.
    pub(crate) fn follow(&mut self, distances: impl Iterator<Item = f64> + Clone) {
        let fastest = distances.clone().fold(0.0, f64::max);
        for (way, distance) in self.ways.iter_mut().zip(distances) {
            *way += distance + fastest;
        }
    }

    /// The rows of each cluster, by their indices.
    pub(crate) fn clusters(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.clusters.iter().map(|it| it.rows.as_slice())
    }
}

/// Centres for one round of questions.
struct Asked<'a> {
    near: Blocks<f32>,
    exact: &'a Centers,
    slack: f64,
    /// What rounding may add to a distance of 0 in single precision.
    margin: f64,
}

impl<'a> Asked<'a> {
    #[expect(clippy::cast_precision_loss, reason = "a number of columns")]
    fn new(exact: &'a Centers, origin: &[f64]) -> Self {
        let farthest = exact.iter().map(|it| distance(it, origin)).fold(0.0, f64::max);
        let slack = NEAR_SLACK * (NEAR_STEPS + origin.len() as f64);
        Self { near: exact.near(origin), exact, slack, margin: 2.0 * slack * farthest }
    }

    /// The place of the nearest centre, and how long its way may become: its own moves bring it
    /// farther, and those of the fastest bring the next one nearer. `near` is the answer in single
    /// precision.
    fn settle(&self, near: (usize, [f64; 2]), values: &[f64], ways: &[f64]) -> (usize, f64) {
        let way_of = |place: usize| ways.get(place).copied().unwrap_or_default();
        let (place, [nearest, next]) = near;
        let limit = next - nearest - self.slack * (next + nearest) - self.margin;
        if next > NEAR_DISTANCE_MIN && limit > 0.0 && limit < f64::INFINITY {
            let way = way_of(place);
            return (place, limit + way - SLACK * way);
        }
        let (place, distances) = self.exact.two_nearest(values);
        (place, limit_of(distances, way_of(place)))
    }
}

/// How long the way of the nearest centre may become, from the distances to it and to the next:
/// not at all, where one of them is too small or too large to be squared.
fn limit_of([nearest, next]: [f64; 2], way: f64) -> f64 {
    let limit = (next - nearest + way) - SLACK * (next + nearest + way);
    if next < DISTANCE_MIN || limit.is_nan() { f64::NEG_INFINITY } else { limit }
}

/// Where the limits are that `way` has reached.
#[expect(clippy::cast_possible_truncation, reason = "far fewer than 2^32 rows fit in memory")]
fn find_due(limits: &[f64], way: f64, due: &mut Vec<u32>) {
    let bound = way.next_up();
    let mut list = |limits: &[f64], start: usize| {
        let places = limits.iter().zip(start as u32..).filter(|(limit, _)| **limit < bound);
        due.extend(places.map(|(_, place)| place));
    };
    let (groups, rest) = limits.as_chunks::<{ kernels::LANES }>();
    for (group, start) in groups.iter().zip((0..).step_by(kernels::LANES)) {
        if kernels::any_below(group, bound) {
            list(group, start);
        }
    }
    list(rest, limits.len() - rest.len());
}

/// Adds `row`, so many times, to as many sums, four to a run of instructions.
pub(crate) fn shift(sums: &mut [f64], row: &[f64], times: f64) {
    let ((fours, rest), (of_fours, of_rest)) = (sums.as_chunks_mut::<4>(), row.as_chunks::<4>());
    for (sums, values) in fours.iter_mut().zip(of_fours) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += times * value);
    }
    rest.iter_mut().zip(of_rest).for_each(|(sum, value)| *sum += times * value);
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
        let mut nearest = Nearest::new(Matrix::new(columns, &values), count);
        for round in 0..60 {
            nearest.update(&centers);
            let places = nearest.clusters().enumerate();
            let places = places.flat_map(|(place, rows)| rows.iter().map(move |row| (*row, place)));
            let mut places: Vec<_> = places.collect();
            places.sort_unstable();
            let expected = (0..).zip(training.iter_rows().map(|row| centers.nearest(row)));
            assert_eq!(places, expected.collect::<Vec<_>>(), "round {round}");
            let means = nearest.means(&centers);
            nearest.add_up();
            let apart = nearest.means(&centers).distances_to(&means).fold(0.0, f64::max);
            assert!(apart < 1e-12, "{apart}");
            let steps = draw(count, 2.0 / f64::from(round + 1));
            let moved = centers.values().iter().zip(steps).map(|(value, step)| value + step);
            let moved = Centers::new(columns, moved.collect());
            nearest.follow(moved.distances_to(&centers));
            centers = moved;
        }
        let mut limits = nearest.clusters.iter().flat_map(|it| &it.limits);
        assert!(count == 1 || grid < 1e3 || limits.any(|it| *it > 0.0));
    }

    #[test]
    fn the_answers_are_those_of_asking_every_time() {
        check(500, 3, 8, 1e6);
        check(500, 1, 2, 1e6);
        check(300, 12, 20, 1e6);
    }

    #[test]
    fn so_they_are_where_single_precision_cannot_tell() {
        check(500, 3, 8, 1e12);
        let values = [1e200, -1e200, 1.0, 1.5, 2.0, 1e-30, 2e-30, 3e-30];
        let centers = Centers::new(1, vec![1e200, 0.0, 1.9, 1e-30, 2.9e-30]);
        let mut nearest = Nearest::new(Matrix::new(1, &values), 5);
        nearest.update(&centers);
        for (place, rows) in nearest.clusters().enumerate() {
            for row in rows {
                assert_eq!(place, centers.nearest(&[values[*row as usize]]));
            }
        }
    }

    #[test]
    fn ties_are_asked_again() {
        check(500, 2, 9, 2.0);
        check(200, 2, 1, 1e6);
    }
}
