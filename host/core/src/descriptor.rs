//! What a detector says of itself.

use crate::parameters::{ParameterError, ParameterSpec, Parameters, Value};
use std::collections::BTreeMap;

/// What the rows of a detector's data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Rows stand for themselves: their order means nothing.
    Tabular,
    /// Rows are moments of a series, oldest first.
    TimeSeries,
}

/// Everything a caller, a form or a document needs to know of a detector. Mirrors
/// `descriptor` of `wit/1.0/detector.wit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptor {
    /// The `detector_type` it answers to; see [`is_name`].
    pub name: String,
    /// Semantic version of the algorithm's code.
    pub version: String,
    /// One sentence.
    pub summary: String,
    /// The paper or book that defines the method.
    pub reference: String,
    /// What the rows are.
    pub task: Task,
    /// The parameter table, in its own order.
    pub parameters: Vec<ParameterSpec>,
    /// Whether NaN may stand for a missing value.
    pub accepts_missing: bool,
    /// The least number of training rows; at least 1.
    pub minimum_rows: u32,
    /// Version of the format that `save` writes.
    pub state_version: u32,
    /// Facts that later minor versions of the contract add, by name.
    pub extra: Vec<(String, String)>,
}

impl Descriptor {
    /// What [`Self::extra`] says under `name`, if anything.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.extra.iter().find(|(known, _)| known == name).map(|(_, fact)| fact.as_str())
    }

    /// Checks what a caller gave against the parameter table and fills in the defaults.
    ///
    /// # Errors
    /// [`ParameterError`] naming the first parameter that is unknown, missing or out of range.
    pub fn check_parameters(
        &self,
        given: &BTreeMap<String, Value>,
    ) -> Result<Parameters, ParameterError> {
        Parameters::check(&self.parameters, given)
    }
}

/// Whether `text` can name a detector or a parameter: 1 to 64 characters of `a-z`, `0-9` and
/// `_`, not starting with a digit.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names() {
        assert!(is_name("isolation_forest") && is_name("_x9"));
        for wrong in ["", "9x", "Knn", "a-b", "a/b", &"x".repeat(65)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
