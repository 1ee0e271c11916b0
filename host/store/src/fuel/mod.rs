//! Fuel that organisations have burnt, day by day.

mod add;
mod get;

use time::OffsetDateTime;
use uuid::Uuid;

/// Fuel burnt on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurntFuel {
    /// By which organisation.
    pub tenant_id: Uuid,
    /// On which day; see [`BurntFuel::day`].
    pub day: i64,
    /// How much.
    pub fuel: u64,
}

impl BurntFuel {
    /// The day of `moment`: days since 1970, UTC.
    #[must_use]
    pub fn day(moment: OffsetDateTime) -> i64 {
        moment.unix_timestamp().div_euclid(86_400)
    }
}
