//! From a text to members.

use super::{Ensemble, Member};
use crate::error::DetectError;
use crate::served::Served;
use pynomaly_core::ensemble::{Member as Asked, parse_members};
use pynomaly_core::preprocessing::{Missing, Preprocessing, Scaling};
use pynomaly_core::{DetectorError, Parameters, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A member, as it is kept with what it has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecord {
    /// What it is called in its ensemble.
    pub name: String,
    /// Its `detector_type`.
    pub detector_type: String,
    /// What exactly computed; see [`Served::digest`].
    pub detector_digest: String,
}

/// An ensemble of the members that `parameters` name; `find` gives the detector of each.
///
/// # Errors
/// [`DetectorError::InvalidParameter`] for `members`, saying which of them and why.
pub(crate) fn bind(
    parameters: &Parameters,
    mut find: impl FnMut(&Asked) -> Result<Arc<Served>, DetectError>,
) -> Result<Served, DetectError> {
    let text = match parameters.get("members") {
        Some(Value::Text(text)) => text.as_str(),
        _ => super::MEMBERS_DEFAULT,
    };
    let asked = parse_members(text).map_err(|error| invalid(error.to_string()))?;
    let mut ensemble = Ensemble::unbound();
    let mut digest = Sha256::new();
    for mut asked in asked {
        let served = find(&asked).map_err(|error| of_member(&asked.name, error))?;
        if served.is_ensemble() {
            return Err(invalid(format!("`{}` is an ensemble itself", asked.name)));
        }
        let scaling = scaling(&mut asked)?;
        let parameters = served.descriptor().check_parameters(&asked.parameters);
        let parameters = parameters.map_err(|error| of_member(&asked.name, error.into()))?;
        digest.update(format!("{:?} {:?}\n", asked.name, served.digest()));
        // Who takes missing values gets them, the others medians.
        let takes_missing = served.descriptor().accepts_missing;
        let missing = if takes_missing { Missing::Error } else { Missing::ImputeMedian };
        let preprocessing = Preprocessing { scaling, missing };
        ensemble.members.push(Member { name: asked.name, served, parameters, preprocessing });
    }
    let version = &ensemble.descriptor.version;
    let digest = format!("ensemble@{version}:sha256:{}", hex::encode(digest.finalize()));
    Ok(Served::ensemble(ensemble, digest))
}

/// `scaling` is no parameter of a detector but a step before it.
fn scaling(asked: &mut Asked) -> Result<Scaling, DetectError> {
    match asked.parameters.remove("scaling") {
        None => Ok(Scaling::None),
        Some(Value::Text(name)) if name == "none" => Ok(Scaling::None),
        Some(Value::Text(name)) if name == "standard" => Ok(Scaling::Standard),
        Some(Value::Text(name)) if name == "robust" => Ok(Scaling::Robust),
        Some(Value::Text(name)) if name == "minmax" => Ok(Scaling::Minmax),
        Some(other) => {
            let message = format!("{}: there is no scaling {other}", asked.name);
            Err(invalid(message))
        }
    }
}

fn invalid(message: String) -> DetectError {
    DetectorError::InvalidParameter { name: "members".into(), message }.into()
}

/// What is wrong with a member, as a fault of the one parameter there is.
pub(super) fn of_member(name: &str, error: DetectError) -> DetectError {
    match error {
        DetectError::UnknownDetector { .. }
        | DetectError::Parameter(_)
        | DetectError::Detector(DetectorError::InvalidParameter { .. }) => {
            invalid(format!("{name}: {error}"))
        }
        other => other,
    }
}
