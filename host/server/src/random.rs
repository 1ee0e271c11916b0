//! The only place that draws randomness: identifiers, seeds, salts and secrets.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use std::sync::{Mutex, PoisonError};
use time::OffsetDateTime;
use uuid::Uuid;

/// A cryptographic generator, seeded once: no system call per request, and nothing that can
/// fail after the start.
pub(crate) struct Random(Mutex<ChaCha20Rng>);

impl Random {
    /// Seeded by the operating system.
    pub(crate) fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::from_seed(seed))
    }

    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        Self(Mutex::new(ChaCha20Rng::from_seed(seed)))
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A seed for a detection. Below 2^53, so that clients whose numbers are all floats can
    /// give it back exactly.
    pub(crate) fn seed(&self) -> u64 {
        u64::from_le_bytes(self.bytes()) >> 11
    }

    /// A version 7 UUID of the moment `now`: identifiers sort by the millisecond.
    pub(crate) fn id(&self, now: OffsetDateTime) -> Uuid {
        let milliseconds = now.unix_timestamp_nanos().max(0) / 1_000_000;
        let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid()
    }

    /// 160 bits as 32 characters of `a-z` and `2-7`: a password that survives copying by hand.
    pub(crate) fn password(&self) -> String {
        const ALPHABET: [u8; 32] = *b"abcdefghijklmnopqrstuvwxyz234567";
        let letter = |byte: u8| ALPHABET.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
        self.bytes::<32>().into_iter().map(|byte| char::from(letter(byte))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_sort_by_time() {
        let random = Random::from_seed([7; 32]);
        let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let (early, late) = (random.id(at(1000)), random.id(at(1001)));
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn seeds_are_exact_as_floats() {
        let random = Random::from_seed([7; 32]);
        assert!((0..1000).all(|_| random.seed() < 1 << 53));
    }
}
