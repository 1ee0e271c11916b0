use pynomaly_engine::{DetectRequest, data_digest};
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// All that decides an answer, as a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// Of what an organisation asks the detector with that digest.
    pub(crate) fn of(tenant_id: Uuid, detector_digest: &str, request: &DetectRequest) -> Self {
        // Texts are quoted, and numbers written to their last bit, so that no two requests can look
        // like one.
        let (parameters, pipeline) = (&request.parameters, &request.pipeline);
        let text = format!(
            "{tenant_id} {:?} {detector_digest:?} {parameters:?} {pipeline:?} {} {}",
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
