//! What came out.

use crate::cost::CostCard;
use serde::Serialize;

/// What is known of a plugin after a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Its `detector_type`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `sha256:…` of the component.
    pub digest: String,
    /// Whether no check failed.
    pub passed: bool,
    /// Every check of the run, in order.
    pub checks: Vec<Check>,
    /// What its calls cost; `None` where that could not be measured, which the check `cost` then
    /// explains.
    pub cost: Option<CostCard>,
}

/// One promise, and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// A stable name: that of its section in `docs/conformance.md`.
    pub name: &'static str,
    /// Whether it holds.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was seen, where that is worth telling.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// Whether a promise holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed {
        /// What was seen, and what should have been.
        cause: String,
    },
    /// This plugin does not make it.
    NotApplicable {
        /// Why not.
        why: String,
    },
}

impl Report {
    /// The checks that failed, in order, with their causes.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            Outcome::Failed { cause } => Some((check.name, cause.as_str())),
            Outcome::Passed | Outcome::NotApplicable { .. } => None,
        })
    }
}
