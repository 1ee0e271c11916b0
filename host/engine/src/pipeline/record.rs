use super::Pipeline;
use crate::cut::Cut;
use crate::ensemble::MemberRecord;
use pynomaly_core::explain::Method;
use pynomaly_core::preprocessing::{Encoder, Encoding, Preprocessing};
use pynomaly_core::suppression::Suppression;
use serde::{Deserialize, Serialize};

/// What was done around the detector. As JSON it goes to the database and to clients.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PipelineRecord {
    /// `scaling` and `missing`.
    #[serde(flatten)]
    pub preprocessing: Preprocessing,
    /// What the columns of the rows are called, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// What became of texts, where there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<Encoding>,
    /// Where the threshold came from; `None` for what was kept before this was recorded.
    #[serde(default)]
    pub cut: Option<Cut>,
    /// Deviations that were too small.
    #[serde(default, skip_serializing_if = "Suppression::is_none")]
    pub suppress: Suppression,
    /// The members of an ensemble.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRecord>,
    /// How the contributions were found, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Method>,
    /// What was asked for, where another detector has answered in its stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<InsteadOf>,
}

/// A detector that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsteadOf {
    /// Its `detector_type`.
    pub detector_type: String,
    /// Its version.
    pub detector_version: String,
    /// What exactly would have computed; see [`crate::Served::digest`].
    pub detector_digest: String,
}

impl PipelineRecord {
    /// Of what was asked of these members, if any, before there are reasons.
    pub(crate) fn new(pipeline: &Pipeline, members: Vec<MemberRecord>) -> Self {
        Self {
            preprocessing: pipeline.preprocessing,
            columns: pipeline.features.names().map(<[String]>::to_vec),
            categories: pipeline.features.encoder().and_then(Encoder::encoding),
            cut: Some(pipeline.cut),
            suppress: pipeline.suppression.clone(),
            members,
            explained: None,
            instead_of: None,
        }
    }
}
