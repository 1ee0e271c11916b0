//! The kit's randomness: portable, and a function of the stream's number alone.

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// xoshiro256++ (Blackman and Vigna 2021), its state filled from the seed by splitmix64.
pub(super) struct Generator(Xoshiro256PlusPlus);

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number in `[0, 1)` with 53 random bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly a standard normal number: the sum of twelve uniform ones (Irwin and Hall), which
    /// needs no function that could differ between machines. Within [-6, 6].
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}
