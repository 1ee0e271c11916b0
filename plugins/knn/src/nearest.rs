//! The distances to the nearest rows, while they are being found.

/// The least squared distances so far, ascending; infinite where too few rows were seen.
#[derive(Debug)]
pub(crate) struct Nearest(Vec<f64>);

impl Nearest {
    pub(crate) fn new(count: usize) -> Self {
        Self(vec![f64::INFINITY; count])
    }

    pub(crate) fn distances(&self) -> &[f64] {
        &self.0
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(f64::INFINITY);
    }

    /// What a distance must be below to count.
    pub(crate) fn worst(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// Takes `distance` in, if it is among the least.
    pub(crate) fn offer(&mut self, distance: f64) {
        if distance < self.worst() {
            let place = self.0.partition_point(|kept| *kept <= distance);
            if let Some(tail) = self.0.get_mut(place..) {
                tail.rotate_right(1);
                tail.iter_mut().take(1).for_each(|first| *first = distance);
            }
        }
    }
}
