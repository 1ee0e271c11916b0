use pynomaly_engine::{Cut, DetectRequest, data_digest};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// All that decides an answer, as a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Of what an organisation asks the detector with that digest.
    pub(crate) fn of(tenant_id: Uuid, detector_digest: &str, request: &DetectRequest) -> Self {
        let (cut, bits) = match request.cut {
            Cut::Contamination(share) => ("contamination", share.to_bits()),
            Cut::Threshold(score) => ("threshold", score.to_bits()),
        };
        // Texts are quoted, so that no two requests can look like one.
        let parameters = format!("{:?}", request.parameters);
        let text = format!(
            "{tenant_id} {:?} {detector_digest:?} {parameters} {cut} {bits} {} {}",
            request.detector_type,
            request.seed,
            data_digest(&request.data)
        );
        Self(Sha256::digest(text).into())
    }
}

/// As Redis knows it.
impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "pynomaly:answer:{}", hex::encode(self.0))
    }
}
