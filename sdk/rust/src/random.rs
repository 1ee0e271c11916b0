//! Randomness that is a function of the seed alone, the same on every machine.

use crate::splitmix;
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// xoshiro256++ (D. Blackman and S. Vigna, 2021), its state filled from the seed by splitmix64.
#[derive(Debug, Clone)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The sequence of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A whole number in `0..bound`; 0 for a bound of 0. The bias of multiply-and-shift, at most
    /// `bound` / 2⁶⁴, is too small to be seen.
    pub fn below(&mut self, bound: usize) -> usize {
        splitmix::below(self.0.next_u64(), bound)
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        splitmix::unit(self.0.next_u64())
    }

    /// Makes the first `count` of `items` a random choice out of all, without replacement, in
    /// random order (Fisher and Yates); shuffles them all where `count` is their number.
    pub fn draw_to_front<T>(&mut self, items: &mut [T], count: usize) {
        for place in 0..count.min(items.len()) {
            let other = place + self.below(items.len() - place);
            items.swap(place, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn draws_are_within_their_bounds_and_functions_of_the_seed() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            let mut items: Vec<usize> = (0..50).collect();
            random.draw_to_front(&mut items, 20);
            items.extend((1..200).map(|bound| random.below(bound)));
            assert!(items.iter().skip(50).zip(1..).all(|(drawn, bound)| *drawn < bound));
            assert!((0..200).all(|_| (0.0..1.0).contains(&random.unit())));
            items
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut drawn = draw(7)[..50].to_vec();
        drawn.sort_unstable();
        assert_eq!(drawn, (0..50).collect::<Vec<_>>());
        assert_eq!(Random::new(1).below(0), 0);
    }
}
