//! Contributions that a plugin explains its scores with.

use crate::error::{Checked, Ended};
use crate::subject::Subject;

pub(crate) fn check(_: &Subject) -> Checked {
    Err(Ended::NotApplicable("the host asks no plugin for explanations yet".into()))
}
