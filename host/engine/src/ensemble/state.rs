//! Fitted members as portable bytes: `magic 8 · version u32`, and for each member `length u32 ·
//! what was learnt around it, as JSON · length u32 · its model's state`.

use super::{Ensemble, FittedMember, STATE_VERSION};
use crate::error::DetectError;
use crate::spending::Spending;
use pynomaly_core::DetectorError;
use pynomaly_core::ensemble::RobustScale;
use pynomaly_core::preprocessing::Preprocessor;
use pynomaly_sandbox::Budget;

const MAGIC: [u8; 8] = *b"pynoensm";

/// What was learnt around a member.
type Around = (Preprocessor, RobustScale);

/// The bytes of `members`.
pub(crate) fn save(members: &[FittedMember], budget: &Budget) -> Result<Vec<u8>, DetectError> {
    let mut spending = Spending::new(budget);
    let mut state = MAGIC.to_vec();
    state.extend(STATE_VERSION.to_le_bytes());
    for member in members {
        let around = serde_json::to_vec(&(&member.preprocessor, &member.scale))
            .map_err(|error| DetectorError::Other(error.to_string()))?;
        let model = spending.call(|left| member.model.save(left), |_| None)?;
        for part in [around, model] {
            let length = u32::try_from(part.len())
                .map_err(|_| DetectorError::Other("the state is too large".into()))?;
            state.extend(length.to_le_bytes());
            state.extend(part);
        }
    }
    Ok(state)
}

/// The members of `ensemble` out of the bytes of [`save`].
pub(crate) fn load(
    ensemble: &Ensemble,
    state: &[u8],
    columns: usize,
    budget: &Budget,
) -> Result<Vec<FittedMember>, DetectError> {
    let mut spending = Spending::new(budget);
    let state = state.strip_prefix(&MAGIC).ok_or_else(|| bad("it is not of an ensemble"))?;
    let mut state = state
        .strip_prefix(&STATE_VERSION.to_le_bytes())
        .ok_or_else(|| bad("it is of another version"))?;
    let mut members = Vec::with_capacity(ensemble.members.len());
    for member in &ensemble.members {
        let around = serde_json::from_slice::<Around>(take(&mut state)?);
        let (preprocessor, scale) = around.map_err(|error| bad(&error.to_string()))?;
        let model = take(&mut state)?;
        let load = |left: &Budget| member.served.load(model, columns, left);
        let model = spending.call(load, |_| None)?;
        members.push(FittedMember { name: member.name.clone(), model, preprocessor, scale });
    }
    if !state.is_empty() {
        return Err(bad("it has more members").into());
    }
    Ok(members)
}

/// One part from the front, behind its length.
fn take<'a>(state: &mut &'a [u8]) -> Result<&'a [u8], DetectorError> {
    let (length, rest) = state.split_first_chunk().ok_or_else(|| bad("it is too short"))?;
    let length = u32::from_le_bytes(*length) as usize;
    let (part, rest) = rest.split_at_checked(length).ok_or_else(|| bad("it is too short"))?;
    *state = rest;
    Ok(part)
}

fn bad(reason: &str) -> DetectorError {
    DetectorError::BadState(reason.to_owned())
}
