//! A fitted pipeline as portable bytes: `magic 8 · length u32 · learnt, as JSON · the model's state`.
//! A state without the magic is a model's alone, with nothing learnt around it.

use super::fitted::FittedPipeline;
use super::record::PipelineRecord;
use crate::error::DetectError;
use crate::served::Served;
use pynomaly_core::DetectorError;
use pynomaly_core::preprocessing::{Features, Preprocessor};
use pynomaly_sandbox::Budget;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const MAGIC: [u8; 8] = *b"pynopipe";

/// What the training rows said, and later rows need.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Learnt {
    /// What the columns were.
    #[serde(default, skip_serializing_if = "Features::is_none")]
    pub features: Features,
    /// How rows are made ready.
    pub preprocessor: Preprocessor,
    /// The medians of the training columns, `None` for one without values: what is unremarkable.
    pub medians: Vec<Option<f64>>,
}

impl FittedPipeline {
    /// The whole state as portable bytes.
    ///
    /// # Errors
    /// A fault of the plugin.
    pub fn save(&self, budget: &Budget) -> Result<Vec<u8>, DetectError> {
        let model = self.model.save(budget)?;
        let learnt = serde_json::to_vec(&self.learnt)
            .map_err(|error| DetectorError::Other(error.to_string()))?;
        let length = u32::try_from(learnt.len())
            .map_err(|_| DetectorError::Other("too many columns to be saved".into()))?;
        let mut state = Vec::with_capacity(MAGIC.len() + 4 + learnt.len() + model.len());
        state.extend(MAGIC);
        state.extend(length.to_le_bytes());
        state.extend(learnt);
        state.extend(model);
        Ok(state)
    }

    /// Rebuilds a pipeline of `columns` columns from the bytes of [`Self::save`]; `record` and
    /// `seed` are those of its fit.
    ///
    /// # Errors
    /// [`DetectorError::BadState`] for bytes of another detector, or a fault of the plugin.
    pub fn load(
        served: &Arc<Served>,
        state: &[u8],
        columns: usize,
        (record, seed): (PipelineRecord, u64),
        budget: &Budget,
    ) -> Result<Self, DetectError> {
        let (learnt, model) = split(state)?;
        let model = served.load(model, columns, budget)?;
        Ok(Self::new(model, learnt, record, seed))
    }
}

fn split(state: &[u8]) -> Result<(Learnt, &[u8]), DetectorError> {
    let Some(rest) = state.strip_prefix(&MAGIC) else { return Ok((Learnt::default(), state)) };
    let bad = |reason: &str| DetectorError::BadState(reason.to_owned());
    let (length, rest) = rest.split_first_chunk().ok_or_else(|| bad("it is too short"))?;
    let length = u32::from_le_bytes(*length) as usize;
    let (learnt, model) = rest.split_at_checked(length).ok_or_else(|| bad("it is too short"))?;
    let learnt = serde_json::from_slice(learnt);
    Ok((learnt.map_err(|error| bad(&format!("its pipeline is none: {error}")))?, model))
}
