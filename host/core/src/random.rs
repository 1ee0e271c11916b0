//! Randomness: portable, and a function of seeds alone.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// xoshiro256++ (Blackman and Vigna 2021), its state filled from the seed by splitmix64.
pub(crate) struct Generator(Xoshiro256PlusPlus);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number in `0..bound`, for a bound of at least 1. The bias of multiply-and-shift,
    /// at most bound / 2⁶⁴, is far below anything that could show.
    #[expect(clippy::cast_possible_truncation, reason = "less than `bound`, which is a usize")]
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number in `[0, 1)` with 53 random bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A draw of the standard normal distribution (Box and Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        // In (0, 1]: the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub(crate) fn shuffle(&mut self, items: &mut [u32]) {
        self.draw_to_front(items, items.len());
    }

    /// Makes the first `count` of `items` a random choice out of all, without replacement.
    pub(crate) fn draw_to_front(&mut self, items: &mut [u32], count: usize) {
        for place in 0..count.min(items.len()) {
            let other = place + self.below(items.len() - place);
            items.swap(place, other);
        }
    }
}
