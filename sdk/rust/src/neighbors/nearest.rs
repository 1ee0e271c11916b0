//! The nearest rows, while they are being found.

/// Takes in what a search comes upon.
pub trait Collect {
    /// Forgets everything, for the next search.
    fn clear(&mut self);

    /// What a squared distance must be below to be of use.
    fn bound(&self) -> f64;

    /// Takes in a row at this squared distance, if it is of use.
    fn offer(&mut self, distance: f64, row: u32);
}

/// The least squared distances so far, ascending; infinite where too few rows were seen.
#[derive(Debug)]
pub struct Nearest(Vec<f64>);

impl Nearest {
    /// For the `count` nearest rows.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(vec![f64::INFINITY; count])
    }

    /// Squared distances, ascending.
    #[must_use]
    pub fn distances(&self) -> &[f64] {
        &self.0
    }
}

impl Collect for Nearest {
    fn clear(&mut self) {
        self.0.fill(f64::INFINITY);
    }

    fn bound(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    fn offer(&mut self, distance: f64, _row: u32) {
        if distance < self.bound() {
            let place = self.0.partition_point(|kept| *kept <= distance);
            insert(&mut self.0, place, distance);
        }
    }
}

/// One of the nearest rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbor {
    /// Squared Euclidean distance to it.
    pub distance: f64,
    /// Its index among the rows of the tree.
    pub row: u32,
}

/// The nearest rows so far, nearest first, and of equally distant rows that of the lesser index:
/// which rows these are does not depend on how they were searched for.
#[derive(Debug)]
pub struct Neighbors {
    count: usize,
    found: Vec<Neighbor>,
    left_out: Option<u32>,
}

impl Neighbors {
    /// For the `count` nearest rows.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { count, found: Vec::new(), left_out: None }
    }

    /// From now on leaves this row out: a training row is not its own neighbour.
    pub fn leave_out(&mut self, row: u32) {
        self.left_out = Some(row);
    }

    /// What was found: fewer than asked for only where the tree has fewer rows at a finite
    /// squared distance.
    #[must_use]
    pub fn found(&self) -> &[Neighbor] {
        &self.found
    }
}

impl Collect for Neighbors {
    fn clear(&mut self) {
        self.found.clear();
    }

    /// A little above the greatest distance: a row at just that distance may have a lesser index.
    fn bound(&self) -> f64 {
        let last = self.found.last().filter(|_| self.found.len() >= self.count);
        last.map_or(f64::INFINITY, |last| last.distance.next_up())
    }

    fn offer(&mut self, distance: f64, row: u32) {
        if distance >= self.bound() || self.left_out == Some(row) {
            return;
        }
        let nearer = |kept: &Neighbor| (kept.distance, kept.row) < (distance, row);
        let place = self.found.partition_point(nearer);
        if self.found.len() < self.count {
            self.found.push(Neighbor { distance, row });
        }
        insert(&mut self.found, place, Neighbor { distance, row });
    }
}

/// Puts `item` at `place`; what stood from there on moves back by one, and the last falls off.
/// The item itself falls off where `place` is behind the last.
fn insert<T>(items: &mut [T], place: usize, item: T) {
    if let Some(tail @ [_, ..]) = items.get_mut(place..) {
        tail.rotate_right(1);
        tail.iter_mut().take(1).zip([item]).for_each(|(first, item)| *first = item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equally_distant_rows_are_taken_by_their_index() {
        let mut neighbors = Neighbors::new(2);
        neighbors.leave_out(0);
        for (distance, row) in
            [(4.0, 9), (1.0, 7), (f64::INFINITY, 1), (1.0, 3), (0.0, 0), (1.0, 8), (1.0, 5)]
        {
            neighbors.offer(distance, row);
        }
        let rows = neighbors.found().iter().map(|it| it.row).collect::<Vec<_>>();
        assert_eq!(rows, [3, 5]);
        neighbors.clear();
        neighbors.offer(2.0, 8);
        assert_eq!(neighbors.found(), [Neighbor { distance: 2.0, row: 8 }]);
    }

    #[test]
    fn the_least_distances_are_kept() {
        let mut nearest = Nearest::new(3);
        [5.0, 1.0, 4.0, 1.0, 9.0].iter().for_each(|distance| nearest.offer(*distance, 0));
        assert_eq!(nearest.distances(), [1.0, 1.0, 4.0]);
    }
}
