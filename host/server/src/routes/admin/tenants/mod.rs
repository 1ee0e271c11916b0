//! Organisations. For admins of the home one, who run the server.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod update;

use pynomaly_store::{Quota, Tenant};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// An organisation: owns users, keys, models, detections and quotas.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantAnswer {
    id: Uuid,
    name: String,
    /// The users and keys of one that is not active are refused everywhere.
    is_active: bool,
    quota: QuotaBody,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// What an organisation may use; null for the server's default.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaBody {
    /// Requests in a window.
    #[schema(maximum = 1_000_000_000_000_u64)]
    rate_requests: Option<u64>,
    /// Requests at once.
    #[schema(maximum = 1_000_000_000_000_u64)]
    rate_burst: Option<u64>,
    /// Fuel in a day (UTC).
    #[schema(maximum = 1_000_000_000_000_000_u64)]
    fuel_per_day: Option<u64>,
}

impl From<&Tenant> for TenantAnswer {
    fn from(tenant: &Tenant) -> Self {
        let Quota { rate_requests, rate_burst, fuel_per_day } = tenant.quota;
        Self {
            id: tenant.id,
            name: tenant.name.clone(),
            is_active: tenant.is_active,
            quota: QuotaBody { rate_requests, rate_burst, fuel_per_day },
            created_at: tenant.created_at,
        }
    }
}

impl From<QuotaBody> for Quota {
    fn from(body: QuotaBody) -> Self {
        let QuotaBody { rate_requests, rate_burst, fuel_per_day } = body;
        Self { rate_requests, rate_burst, fuel_per_day }
    }
}
