//! The plugin says what it is, in full, and always the same.

use crate::error::{Checked, ensure, failed};
use crate::options::{AUC_FLOOR, AUC_FLOOR_DEFAULT, SCALE_INVARIANT};
use crate::subject::Subject;
use pynomaly_core::Descriptor;
use std::collections::BTreeSet;

pub(crate) fn check(subject: &Subject) -> Checked {
    let descriptor = subject.descriptor();
    ensure(descriptor == subject.canonical.descriptor(), || {
        "describe gives another answer where NaNs have other bits".into()
    })?;
    let texts = [("summary", &descriptor.summary), ("reference", &descriptor.reference)];
    let docs = descriptor.parameters.iter().map(|parameter| (&*parameter.name, &parameter.doc));
    if let Some((name, _)) = texts.into_iter().chain(docs).find(|(_, it)| it.trim().is_empty()) {
        return failed(format!("`{name}` has no text"));
    }
    let mut names = BTreeSet::new();
    if let Some((name, _)) = descriptor.extra.iter().find(|(name, _)| !names.insert(name)) {
        return failed(format!("extra has `{name}` twice"));
    }
    auc_floor(descriptor).and(is_scale_invariant(descriptor)).or_else(failed)?;
    Ok(String::new())
}

/// What the author vouches for; see [`AUC_FLOOR`].
pub(super) fn auc_floor(descriptor: &Descriptor) -> Result<f64, String> {
    let Some(text) = descriptor.fact(AUC_FLOOR) else { return Ok(AUC_FLOOR_DEFAULT) };
    let floor = text.parse().ok().filter(|floor| (0.0..=1.0).contains(floor));
    floor.ok_or_else(|| format!("`{AUC_FLOOR}` must be a number within [0, 1], not {text:?}"))
}

/// What the author declares; see [`SCALE_INVARIANT`].
pub(super) fn is_scale_invariant(descriptor: &Descriptor) -> Result<bool, String> {
    match descriptor.fact(SCALE_INVARIANT) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(text) => Err(format!("`{SCALE_INVARIANT}` must be true or false, not {text:?}")),
    }
}
