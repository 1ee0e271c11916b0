//! Organisations: they own users, keys, models, detections and quotas, and nobody sees another's.

mod create;
mod get;
mod list;
mod update;

use crate::StoreError;
use crate::columns::{to_count, to_time};
use time::OffsetDateTime;
use uuid::Uuid;

/// The organisation that every database begins with: those who run the server.
pub const HOME_TENANT: Uuid = Uuid::from_u128(0x7000_8000_0000_0000_0001);

/// One organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Version 7; [`HOME_TENANT`] for the first.
    pub id: Uuid,
    /// Unique.
    pub name: String,
    /// `false`: its users and keys are refused everywhere, at once.
    pub is_active: bool,
    /// What it may use.
    pub quota: Quota,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// What an organisation may use; `None` for the server's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// Requests in a window.
    pub rate_requests: Option<u64>,
    /// Requests at once.
    pub rate_burst: Option<u64>,
    /// Fuel in a day.
    pub fuel_per_day: Option<u64>,
}

/// The columns of `tenants`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    is_active: bool,
    rate_requests: Option<i64>,
    rate_burst: Option<i64>,
    fuel_per_day: Option<i64>,
    created_at: i64,
}

/// What [`Row`] reads.
const COLUMNS: &str = "id, name, is_active, rate_requests, rate_burst, fuel_per_day, created_at";

impl TryFrom<Row> for Tenant {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let count = |count: Option<i64>| count.map(|it| to_count("tenant", it)).transpose();
        Ok(Self {
            id: row.id,
            name: row.name,
            is_active: row.is_active,
            quota: Quota {
                rate_requests: count(row.rate_requests)?,
                rate_burst: count(row.rate_burst)?,
                fuel_per_day: count(row.fuel_per_day)?,
            },
            created_at: to_time("tenant", row.created_at)?,
        })
    }
}
