//! Token buckets: how many requests somebody has left.
//!
//! A bucket holds `burst` tokens and regains `requests` of them in a `window`; a request takes one
//! from each of its buckets, or none from any. What is kept of a bucket is one moment, the one at
//! which it will be full again (the generic cell rate algorithm, ITU-T I.371): a full bucket need
//! not be kept at all. Without Redis the moments are here, in bounded memory; with it they are
//! there, one script a decision, so that all replicas count as one.

mod bucket;
mod local;
mod shared;

pub use bucket::{Bucket, BucketKey, Left, Rate};

use crate::Redis;
use bucket::Terms;
use local::Local;
use shared::Shared;
use std::time::Duration;
use time::OffsetDateTime;

/// All buckets there are.
#[derive(Debug)]
pub struct Limiter {
    local: Local,
    shared: Option<Shared>,
}

/// Whether a request may go on, and what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Whether every bucket gave a token.
    pub is_permitted: bool,
    /// What is left in each, in the order of asking.
    pub left: Vec<Left>,
}

impl Limiter {
    /// With `redis`, one for all replicas; a lost Redis leaves each with buckets of its own.
    /// `buckets_max` bounds those that this process keeps.
    #[must_use]
    pub fn new(redis: Option<Redis>, buckets_max: usize) -> Self {
        Self { local: Local::new(buckets_max), shared: redis.map(Shared::new) }
    }

    /// Takes one token from each of `buckets`, or none from any. Redis goes by its own clock.
    pub async fn take(&self, buckets: &[Bucket], now: OffsetDateTime) -> Taken {
        if let Some(shared) = &self.shared
            && let Some(taken) = shared.take(buckets).await
        {
            return taken;
        }
        self.local.take(buckets, now)
    }
}

impl Taken {
    /// How long until every bucket has a token.
    #[must_use]
    pub fn retry_after(&self) -> Duration {
        let empty = self.left.iter().filter(|left| left.tokens == 0);
        empty.map(|left| left.next_in).max().unwrap_or_default()
    }
}
