use pynomaly_core::Parameters;
use pynomaly_engine::{Detection, PipelineRecord};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

/// Bytes of an entry beside its scores, about.
const HEAD_BYTES: usize = 512;

/// What was found, and when. Answers with more than scores are not kept; see [`Entry::is_small`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Without its parameters.
    found: Detection,
    /// Those used, a JSON object.
    parameters: String,
    found_at: OffsetDateTime,
}

/// All but the scores, as it goes to Redis.
#[derive(Serialize, Deserialize)]
struct Head {
    detector_type: String,
    detector_version: String,
    detector_digest: String,
    parameters: String,
    pipeline: PipelineRecord,
    seed: u64,
    data_digest: String,
    columns: usize,
    threshold: u64,
    anomalies: usize,
    fuel_used: Option<u64>,
    detector_time: Duration,
    found_at: i64,
}

impl Entry {
    pub(crate) fn new(found: &Detection, parameters: String, found_at: OffsetDateTime) -> Self {
        let found = Detection { parameters: Parameters::default(), ..found.clone() };
        Self { found, parameters, found_at }
    }

    /// Whether an answer is worth keeping: reasons take many times the room of scores.
    pub(crate) fn is_small(found: &Detection) -> bool {
        found.suppressed.is_none() && found.contributions.is_none()
    }

    /// What was found, without its parameters, and these as a JSON object.
    pub(crate) fn found(&self) -> (Detection, String) {
        (self.found.clone(), self.parameters.clone())
    }

    /// How old it is `now`.
    pub(crate) fn age(&self, now: OffsetDateTime) -> Duration {
        Duration::try_from(now - self.found_at).unwrap_or_default()
    }

    /// How many it takes.
    pub(crate) fn bytes(&self) -> usize {
        HEAD_BYTES + self.parameters.len() + size_of_val(self.found.scores.as_slice())
    }

    /// The head as JSON, a line end, and the bits of the scores.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let found = &self.found;
        let head = Head {
            detector_type: found.detector_type.clone(),
            detector_version: found.detector_version.clone(),
            detector_digest: found.detector_digest.clone(),
            parameters: self.parameters.clone(),
            pipeline: found.pipeline.clone(),
            seed: found.seed,
            data_digest: found.data_digest.clone(),
            columns: found.columns,
            threshold: found.threshold.to_bits(),
            anomalies: found.anomalies,
            fuel_used: found.fuel_used,
            detector_time: found.detector_time,
            found_at: self.found_at.unix_timestamp(),
        };
        let mut bytes = Vec::with_capacity(self.bytes());
        // A head of texts and numbers always becomes JSON, and a vector always takes it.
        let _ = serde_json::to_writer(&mut bytes, &head);
        bytes.push(b'\n');
        bytes.extend(found.scores.iter().flat_map(|score| score.to_le_bytes()));
        bytes
    }

    /// `None` for what [`Self::to_bytes`] has not written.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, scores) = bytes.split_at_checked(end)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let (scores, rest) = scores.get(1..)?.as_chunks::<8>();
        let scores: Vec<_> = scores.iter().map(|score| f64::from_le_bytes(*score)).collect();
        let is_whole = rest.is_empty() && scores.iter().all(|score| score.is_finite());
        let found = Detection {
            detector_type: head.detector_type,
            detector_version: head.detector_version,
            detector_digest: head.detector_digest,
            parameters: Parameters::default(),
            pipeline: head.pipeline,
            seed: head.seed,
            data_digest: head.data_digest,
            columns: head.columns,
            scores,
            threshold: f64::from_bits(head.threshold),
            suppressed: None,
            contributions: None,
            anomalies: head.anomalies,
            fuel_used: head.fuel_used,
            detector_time: head.detector_time,
        };
        let found_at = OffsetDateTime::from_unix_timestamp(head.found_at).ok()?;
        is_whole.then_some(Self { found, parameters: head.parameters, found_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_survives_redis_and_nonsense_is_nothing() {
        let found = Detection {
            detector_type: "knn".into(),
            detector_version: "1.0.0".into(),
            detector_digest: "sha256:00".into(),
            parameters: Parameters::default(),
            pipeline: PipelineRecord::default(),
            seed: u64::MAX,
            data_digest: "sha256:01".into(),
            columns: 2,
            scores: vec![0.1, -0.0, f64::MIN_POSITIVE],
            threshold: 0.3,
            suppressed: None,
            contributions: None,
            anomalies: 1,
            fuel_used: Some(7),
            detector_time: Duration::from_micros(3),
        };
        let entry = Entry::new(&found, "{\"a\":\"\\n\"}".into(), OffsetDateTime::UNIX_EPOCH);
        let bytes = entry.to_bytes();
        assert_eq!(Entry::from_bytes(&bytes), Some(entry));
        for nonsense in [&b""[..], b"\n", b"{}\n", &bytes[..bytes.len() - 1]] {
            assert_eq!(Entry::from_bytes(nonsense), None);
        }
    }
}
