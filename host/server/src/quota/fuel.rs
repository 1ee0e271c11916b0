//! Fuel: a plugin call that burns a million times as much counts a million times as much.

use crate::auth::Caller;
use crate::error::ApiError;
use crate::limits::Limits;
use crate::state::App;
use pynomaly_store::{BurntFuel, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime, Time};
use uuid::Uuid;

/// What organisations have burnt, as far as this process knows.
///
/// What it burns itself counts at once; what other replicas burn, when they have written it and
/// what is known here has grown old: after [`Limits::fuel_flush_every`] and
/// [`Limits::session_age_max`]. What is being burnt counts when it is done, so that an
/// organisation can overdraw its quota by what it has running.
pub(crate) struct FuelGauge {
    per_day: Option<u64>,
    age_max: Duration,
    burnt: Mutex<HashMap<(Uuid, i64), Burnt>>,
}

/// What one organisation has burnt on one day.
#[derive(Debug, Clone, Copy, Default)]
struct Burnt {
    /// What the database says.
    written: u64,
    /// When it said so.
    read_at: Option<OffsetDateTime>,
    /// What it does not know yet.
    unwritten: u64,
}

impl FuelGauge {
    pub(super) fn new(per_day: Option<u64>, limits: &Limits) -> Self {
        let age_max = Duration::try_from(limits.session_age_max).unwrap_or(Duration::ZERO);
        Self { per_day, age_max, burnt: Mutex::default() }
    }

    /// Counts what was burnt.
    pub(crate) fn burn(&self, tenant_id: Uuid, fuel: u64, now: OffsetDateTime) {
        if fuel > 0 {
            let mut burnt = self.burnt();
            let burnt = burnt.entry((tenant_id, BurntFuel::day(now))).or_default();
            burnt.unwritten = burnt.unwritten.saturating_add(fuel);
        }
    }

    /// Writes down what is not written yet; what cannot be written waits for the next time. Only
    /// one task calls it.
    pub(crate) async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let unwritten: Vec<_> = {
            let burnt = self.burnt();
            let unwritten = burnt.iter().filter(|(_, burnt)| burnt.unwritten > 0);
            let row = |(&(tenant_id, day), burnt): (&(Uuid, i64), &Burnt)| BurntFuel {
                tenant_id,
                day,
                fuel: burnt.unwritten,
            };
            unwritten.map(row).collect()
        };
        if !unwritten.is_empty() {
            store.add_fuel(&unwritten).await?;
        }
        let mut burnt = self.burnt();
        for BurntFuel { tenant_id, day, fuel } in unwritten {
            if let Some(burnt) = burnt.get_mut(&(tenant_id, day)) {
                burnt.unwritten = burnt.unwritten.saturating_sub(fuel);
                burnt.written = burnt.written.saturating_add(fuel);
            }
        }
        // What nobody asks for is not kept once it is written.
        burnt.retain(|_, burnt| burnt.unwritten > 0 || burnt.read_at.is_some());
        Ok(())
    }

    /// What the organisation has burnt on the day of `now`.
    async fn used(
        &self,
        store: &Store,
        tenant_id: Uuid,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let key = (tenant_id, BurntFuel::day(now));
        let known = self.burnt().get(&key).copied().unwrap_or_default();
        let is_recent = known.read_at.is_some_and(|read_at| now - read_at < self.age_max);
        if is_recent {
            return Ok(known.written.saturating_add(known.unwritten));
        }
        let written = store.get_fuel(tenant_id, key.1).await?;
        let mut burnt = self.burnt();
        // Days that are over and written need not be known any more.
        burnt.retain(|(_, day), burnt| *day == key.1 || burnt.unwritten > 0);
        let burnt = burnt.entry(key).or_default();
        burnt.written = written;
        burnt.read_at = Some(now);
        Ok(written.saturating_add(burnt.unwritten))
    }

    fn burnt(&self) -> MutexGuard<'_, HashMap<(Uuid, i64), Burnt>> {
        self.burnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses to compute for an organisation that has burnt its fuel for today. Native detectors
/// too, which burn none: it is what the organisation may have computed that is used up.
pub(crate) async fn check_fuel(app: &App, caller: &Caller) -> Result<(), ApiError> {
    let (quotas, now) = (&app.quotas, app.clock.now());
    let own = quotas.quota(&app.store, caller.tenant_id, now).await?.fuel_per_day;
    let Some(per_day) = own.or(quotas.fuel.per_day) else { return Ok(()) };
    if quotas.fuel.used(&app.store, caller.tenant_id, now).await? < per_day {
        return Ok(());
    }
    let midnight = now.replace_time(Time::MIDNIGHT) + Duration::DAY;
    let retry_after = std::time::Duration::try_from(midnight - now).unwrap_or_default();
    Err(ApiError::FuelBurnt { retry_after })
}
