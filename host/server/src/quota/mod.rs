//! What each caller and each organisation may use.
//!
//! Every request takes a token: from its caller's bucket and its organisation's where it has a
//! caller ([`crate::auth::Caller`] asks for it), from its address's otherwise. `observe.rs` writes
//! what is left into the answer. Requests are not equal, so the fuel that an organisation burns is
//! counted too, day by day.

mod fuel;
mod headers;
mod rate;

pub(crate) use fuel::{FuelGauge, check_fuel};
pub(crate) use headers::Standing;
pub(crate) use rate::by_address;

use crate::auth::Recent;
use crate::limits::Limits;
use pynomaly_store::{Limiter, Quota, Rate, Redis, Store, StoreError};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// What the server grants where an organisation has nothing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaOptions {
    /// Requests of one caller; `None` for no limits at all.
    pub rate: Option<Rate>,
    /// Fuel of an organisation in a day; `None` for as much as it likes.
    pub fuel_per_day: Option<u64>,
}

/// What is used and what is left.
pub(crate) struct Quotas {
    rate: Option<Rate>,
    limiter: Limiter,
    tenant_callers: u64,
    /// What organisations may use.
    tenants: Recent<Uuid, Quota>,
    /// What they burn.
    pub(crate) fuel: FuelGauge,
}

impl Quotas {
    pub(crate) fn new(options: QuotaOptions, redis: Option<Redis>, limits: &Limits) -> Self {
        Self {
            rate: options.rate,
            limiter: Limiter::new(redis, limits.buckets_max),
            tenant_callers: limits.tenant_callers,
            tenants: Recent::new(limits.sessions_cached_max, limits.session_age_max),
            fuel: FuelGauge::new(options.fuel_per_day, limits),
        }
    }

    /// Call it after an organisation has changed in the database.
    pub(crate) fn forget_tenant(&self, id: Uuid) {
        self.tenants.forget(|known, _| *known == id);
    }

    /// What the organisation may use, as far as it has anything of its own.
    async fn quota(
        &self,
        store: &Store,
        tenant_id: Uuid,
        now: OffsetDateTime,
    ) -> Result<Quota, StoreError> {
        let load = async || store.get_tenant(tenant_id).await.map(|it| it.map(|it| it.quota));
        Ok(self.tenants.find(tenant_id, now, load).await?.unwrap_or_default())
    }
}

impl Default for QuotaOptions {
    fn default() -> Self {
        let window = Duration::from_secs(3600);
        Self { rate: Some(Rate { requests: 1000, window, burst: 100 }), fuel_per_day: None }
    }
}
