//! What versions in shadow would have said beside the version that was active: sums that all
//! servers add up in one row. What is in them is the business of whoever adds.

mod add;
mod get;

pub(crate) use add::forget;

use time::OffsetDateTime;

/// The sums of one candidate beside one active version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptComparison {
    /// A JSON object.
    pub sums: String,
    /// When they began.
    pub since: OffsetDateTime,
    /// When something was added last.
    pub until: OffsetDateTime,
}
