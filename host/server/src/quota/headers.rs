//! `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers-11 writes them.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use pynomaly_store::{Bucket, Left};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The greatest integer of a structured field (RFC 9651, 3.3.1).
const INTEGER_MAX: u64 = 999_999_999_999_999;
/// Bytes of a policy and of a limit, mostly.
const ITEM_BYTES: usize = 64;

/// Which quota it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    Caller,
    Tenant,
    Address,
}

/// What is left, on its way from whoever takes the tokens to the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing(Arc<OnceLock<(HeaderValue, HeaderValue)>>);

impl Policy {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Tenant => "tenant",
            Self::Address => "address",
        }
    }
}

impl Standing {
    /// Goes with `request`.
    pub(crate) fn of(request: &mut Request) -> Self {
        let standing = Self::default();
        request.extensions_mut().insert(standing.clone());
        standing
    }

    /// The first to say it is the one who counts.
    pub(super) fn set(&self, policies: &[Policy], buckets: &[Bucket], left: &[Left]) {
        let mut limit = String::with_capacity(ITEM_BYTES * left.len());
        let mut policy = String::with_capacity(ITEM_BYTES * left.len());
        for ((which, bucket), left) in policies.iter().zip(buckets).zip(left) {
            let comma = if limit.is_empty() { "" } else { ", " };
            let (name, rate) = (which.name(), bucket.rate);
            let (tokens, seconds) =
                (left.tokens.min(INTEGER_MAX), left.next_in.as_secs_f64().ceil());
            let (quota, burst) = (rate.requests.min(INTEGER_MAX), rate.burst.min(INTEGER_MAX));
            let window = rate.window.as_secs();
            // Writing to a text cannot fail.
            let _ = write!(limit, "{comma}\"{name}\";r={tokens};t={seconds}");
            let _ = write!(policy, "{comma}\"{name}\";q={quota};w={window};pynomaly-burst={burst}");
        }
        if let (Ok(limit), Ok(policy)) = (limit.try_into(), policy.try_into()) {
            let _ = self.0.set((limit, policy));
        }
    }

    /// Tells the client.
    pub(crate) fn tell(self, response: &mut Response) {
        if let Some((limit, policy)) = self.0.get() {
            response.headers_mut().insert(LIMIT, limit.clone());
            response.headers_mut().insert(POLICY, policy.clone());
        }
    }
}
