//! The forest's randomness: portable, and a function of the seed alone.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// One seed per tree, so that trees do not depend on each other, nor on who grows them when.
pub(super) fn tree_seeds(seed: u64, trees: usize) -> Vec<u64> {
    let mut seeds = SplitMix64::seed_from_u64(seed);
    (0..trees).map(|_| seeds.next_u64()).collect()
}

/// The generator of one tree: xoshiro256++ (Blackman and Vigna 2021).
pub(super) struct Generator(Xoshiro256PlusPlus);

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A whole number in `0..bound`, for a bound of at least 1. The bias of multiply-and-shift,
    /// at most bound / 2⁶⁴, is far below anything a forest could show.
    #[expect(clippy::cast_possible_truncation, reason = "less than `bound`, which is a usize")]
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// A number in `[low, high)`, for finite `low < high`, however far apart.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = self.unit();
        let number = low * (1.0 - unit) + high * unit;
        // Rounding may step out of the interval.
        if number >= low && number < high { number } else { low }
    }

    /// A number in `[0, 1)` with 53 random bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
