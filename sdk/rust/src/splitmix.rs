//! A generator whose whole state is one number: what a streaming model can keep. One that draws
//! while it learns only has the better one of [`crate::random`].

/// The odd number nearest to 2⁶⁴ over the golden ratio: its multiples spread over all words.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// splitmix64 (Steele, Lea, Flood: *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014,
/// with Stafford's thirteenth mixer): 2⁶⁴ words until it repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitMix(u64);

impl SplitMix {
    /// Starts at `seed`, which may be the [`state`](Self::state) of another.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// What a generator that goes on from here starts at.
    #[must_use]
    pub fn state(self) -> u64 {
        self.0
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        unit(self.word())
    }

    /// A whole number in `0..bound`; 0 for a bound of 0. Its bias, at most bound / 2⁶⁴, cannot be
    /// noticed.
    pub fn below(&mut self, bound: usize) -> usize {
        below(self.word(), bound)
    }
}

/// Spreads the bits of `word` so that neighbouring words have nothing in common.
#[must_use]
pub fn mix(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

/// The number in `[0, 1)` that the first 53 bits of random `word` make.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// The place of random `word` among `bound` equal parts of all words; 0 for a bound of 0.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "less than `bound`, which is a usize")]
pub fn below(word: u64, bound: usize) -> usize {
    ((u128::from(word) * bound as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::SplitMix;

    #[test]
    fn words_are_those_of_the_published_algorithm() {
        let mut generator = SplitMix::new(1_234_567);
        let words = [(); 3].map(|()| generator.word());
        assert_eq!(
            words,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn numbers_fill_their_range_and_go_on_from_a_kept_state() {
        let mut generator = SplitMix::new(7);
        let mut seen = [0; 5];
        for _ in 0..5_000 {
            seen[generator.below(5)] += 1;
            assert!((0.0..1.0).contains(&generator.unit()));
        }
        assert!(seen.iter().all(|count| (900..1_100).contains(count)), "{seen:?}");
        assert_eq!(generator.below(0), 0);
        let mut other = SplitMix::new(generator.state());
        assert_eq!(other.word(), generator.word());
    }
}
