//! No bits of a NaN, which differ between machines, get into a score or a state.

use super::determinism::Answers;
use crate::error::{Checked, failed};
use crate::subject::Subject;

pub(crate) fn check(subject: &Subject) -> Checked {
    let usual = Answers::of(subject, &subject.plugin)?;
    let canonical = Answers::of(subject, &subject.canonical)?;
    usual
        .same_as(&canonical)
        .or_else(|cause| failed(format!("with every NaN in its canonical bits {cause}")))?;
    Ok(String::new())
}
