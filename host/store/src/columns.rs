//! How nouns become columns and back; `migrations/README.md` has the table.

use crate::StoreError;
use time::{Duration, OffsetDateTime};

/// Microseconds since 1970 UTC; a moment beyond ±292,000 years is cut off there.
pub(crate) fn from_time(moment: OffsetDateTime) -> i64 {
    let microseconds = (moment - OffsetDateTime::UNIX_EPOCH).whole_microseconds();
    i64::try_from(microseconds).unwrap_or(if microseconds < 0 { i64::MIN } else { i64::MAX })
}

pub(crate) fn to_time(noun: &'static str, microseconds: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::UNIX_EPOCH.checked_add(Duration::microseconds(microseconds)).ok_or_else(|| {
        StoreError::Inconsistent { noun, reason: format!("there is no moment {microseconds}") }
    })
}

/// A count; one that the column cannot hold is beyond any memory.
pub(crate) fn from_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn to_count(noun: &'static str, count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).map_err(|_| StoreError::Inconsistent {
        noun,
        reason: format!("{count} cannot be a count"),
    })
}

/// Little-endian, so that the file means the same on every machine.
pub(crate) fn from_scores(scores: &[f64]) -> Vec<u8> {
    scores.iter().flat_map(|score| score.to_le_bytes()).collect()
}

/// A byte each.
pub(crate) fn from_flags(flags: &[bool]) -> Vec<u8> {
    flags.iter().map(|flag| u8::from(*flag)).collect()
}

pub(crate) fn to_flags(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().map(|byte| *byte != 0).collect()
}

pub(crate) fn to_scores(bytes: &[u8]) -> Result<Vec<f64>, StoreError> {
    let (scores, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        let reason = format!("{} bytes are not scores", bytes.len());
        return Err(StoreError::Inconsistent { noun: "detection result", reason });
    }
    Ok(scores.iter().map(|score| f64::from_le_bytes(*score)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_score_survives() {
        let scores = [0.1, -0.0, f64::MIN_POSITIVE / 3.0, f64::MAX, 1.0 + f64::EPSILON];
        let back = to_scores(&from_scores(&scores)).unwrap();
        assert_eq!(back.map_bits(), scores.to_vec().map_bits());
        assert!(to_scores(&[0; 9]).is_err());
    }

    #[test]
    fn moments_keep_their_microseconds() {
        let moment = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(1_700_000_000_123_456);
        assert_eq!(to_time("test", from_time(moment)).unwrap(), moment);
        assert!(to_time("test", i64::MAX).is_err());
    }

    trait MapBits {
        fn map_bits(self) -> Vec<u64>;
    }

    impl MapBits for Vec<f64> {
        fn map_bits(self) -> Vec<u64> {
            self.into_iter().map(f64::to_bits).collect()
        }
    }
}
