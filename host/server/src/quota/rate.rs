//! Requests: who pays for one, and from which buckets.

use super::Quotas;
use super::headers::{Policy, Standing};
use crate::audit::Peer;
use crate::error::ApiError;
use crate::state::App;
use axum::extract::MatchedPath;
use axum::http::Extensions;
use pynomaly_store::{Bucket, BucketKey, Quota, Rate};
use std::net::{IpAddr, Ipv4Addr};
use time::OffsetDateTime;
use uuid::Uuid;

/// Machines ask these all the time, and must not be refused.
const FREE: [&str; 3] = ["/health", "/ready", "/metrics"];
/// Below here everyone pays by address, because nobody is known yet; but for those who are.
const AUTH: &str = "/api/v1/auth/";
const WITH_CALLER: [&str; 2] = ["/api/v1/auth/me", "/api/v1/auth/logout"];
/// Everything else below here has a caller.
const API: &str = "/api/v1/";

impl Quotas {
    /// Takes the tokens of a request by the user or key that `key` says, of that organisation.
    pub(crate) async fn admit(
        &self,
        app: &App,
        key: BucketKey,
        tenant_id: Uuid,
        extensions: &Extensions,
        now: OffsetDateTime,
    ) -> Result<(), ApiError> {
        let Some(rate) = self.rate else { return Ok(()) };
        let own = self.quota(&app.store, tenant_id, now).await?;
        let (caller, tenant) = self.rates(rate, own);
        let buckets = [
            Bucket { key, rate: caller },
            Bucket { key: BucketKey::Tenant(tenant_id), rate: tenant },
        ];
        self.take(&[Policy::Caller, Policy::Tenant], &buckets, extensions, now).await
    }

    /// Takes the token of a request by nobody who is known.
    pub(crate) async fn admit_address(
        &self,
        extensions: &Extensions,
        now: OffsetDateTime,
    ) -> Result<(), ApiError> {
        let Some(rate) = self.rate else { return Ok(()) };
        let address = extensions.get::<Peer>().map(|Peer(address)| *address);
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let bucket = Bucket { key: BucketKey::address(address), rate };
        self.take(&[Policy::Address], &[bucket], extensions, now).await
    }

    async fn take(
        &self,
        policies: &[Policy],
        buckets: &[Bucket],
        extensions: &Extensions,
        now: OffsetDateTime,
    ) -> Result<(), ApiError> {
        let taken = self.limiter.take(buckets, now).await;
        if let Some(standing) = extensions.get::<Standing>() {
            standing.set(policies, buckets, &taken.left);
        }
        if taken.is_permitted {
            return Ok(());
        }
        let retry_after = taken.retry_after();
        let empty = policies.iter().zip(&taken.left).filter(|(_, left)| left.tokens == 0);
        let policy = empty.map(|(policy, _)| policy.name()).next().unwrap_or_default();
        Err(ApiError::RateLimited { policy, retry_after })
    }

    /// Of a caller and of the organisation. What an organisation has of its own its callers may
    /// use up, one or many.
    fn rates(&self, rate: Rate, own: Quota) -> (Rate, Rate) {
        let (requests, burst) = (rate.requests, rate.burst);
        let many = |one: u64| one.saturating_mul(self.tenant_callers);
        let caller = Rate {
            requests: own.rate_requests.unwrap_or(requests),
            burst: own.rate_burst.unwrap_or(burst),
            ..rate
        };
        let tenant = Rate {
            requests: own.rate_requests.unwrap_or(many(requests)),
            burst: own.rate_burst.unwrap_or(many(burst)),
            ..rate
        };
        (caller, tenant)
    }
}

/// Takes the token of a request whose route has no caller.
pub(crate) async fn by_address(app: &App, extensions: &Extensions) -> Result<(), ApiError> {
    let route = extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    if has_no_caller(route) {
        app.quotas.admit_address(extensions, app.clock.now()).await?;
    }
    Ok(())
}

fn has_no_caller(route: Option<&str>) -> bool {
    let Some(route) = route else { return true };
    if route.starts_with(AUTH) {
        return !WITH_CALLER.contains(&route);
    }
    !route.starts_with(API) && !FREE.contains(&route)
}

#[cfg(test)]
mod tests {
    use super::has_no_caller;

    #[test]
    fn new_routes_of_authentication_are_limited_by_address_until_they_say_otherwise() {
        for route in ["/api/v1/auth/login", "/api/v1/auth/new", "/docs"] {
            assert!(has_no_caller(Some(route)), "{route}");
        }
        for route in ["/api/v1/auth/me", "/api/v1/detect", "/health", "/ready", "/metrics"] {
            assert!(!has_no_caller(Some(route)), "{route}");
        }
        assert!(has_no_caller(None));
    }
}
