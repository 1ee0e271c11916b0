//! Buckets in Redis, which all replicas share.

use super::{Bucket, BucketKey, Taken, Terms};
use crate::Redis;
use redis::Script;
use std::fmt;

/// See the file.
const TAKE: &str = include_str!("take.lua");

#[derive(Debug)]
pub(super) struct Shared {
    redis: Redis,
    take: Script,
}

impl Shared {
    pub(super) fn new(redis: Redis) -> Self {
        Self { redis, take: Script::new(TAKE) }
    }

    /// `None` where Redis does not answer.
    pub(super) async fn take(&self, buckets: &[Bucket]) -> Option<Taken> {
        let terms: Vec<_> = buckets.iter().map(|bucket| bucket.rate.terms()).collect();
        let mut script = self.take.prepare_invoke();
        for (bucket, Terms { interval, depth }) in buckets.iter().zip(&terms) {
            script.key(Named(bucket.key).to_string());
            script.arg(microseconds(*interval)).arg(microseconds(*depth));
        }
        let ask = async |mut connection| script.invoke_async::<Vec<u64>>(&mut connection).await;
        let answer = self.redis.ask(ask).await?;
        let (is_permitted, used) = answer.split_first()?;
        let left = terms.iter().zip(used);
        let left = left.map(|(terms, used)| terms.left(used.saturating_mul(1_000))).collect();
        Some(Taken { is_permitted: *is_permitted == 1, left })
    }
}

/// With a fraction: the script knows only such numbers.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1_000, nanoseconds % 1_000)
}

/// The key in Redis.
struct Named(BucketKey);

impl fmt::Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            BucketKey::User(id) => write!(out, "pynomaly:rate:user:{id}"),
            BucketKey::ApiKey(id) => write!(out, "pynomaly:rate:key:{id}"),
            BucketKey::Tenant(id) => write!(out, "pynomaly:rate:tenant:{id}"),
            BucketKey::Address(address) => write!(out, "pynomaly:rate:address:{address}"),
        }
    }
}
