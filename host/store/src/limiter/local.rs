//! Buckets in the memory of this process.

use super::{Bucket, BucketKey, Left, Taken};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;

/// Maps behind locks of their own: requests of different callers rarely meet at one.
const SHARDS: usize = 64;

/// Bucket by bucket the moment, in nanoseconds since 1970, at which it is full.
type Shard = HashMap<BucketKey, u64>;

#[derive(Debug)]
pub(super) struct Local {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// Buckets of a shard.
    count_max: usize,
}

impl Local {
    pub(super) fn new(buckets_max: usize) -> Self {
        let shards = std::iter::repeat_with(Mutex::default).take(SHARDS).collect();
        let count_max = buckets_max.div_ceil(SHARDS).max(1);
        Self { shards, hasher: RandomState::new(), count_max }
    }

    pub(super) fn take(&self, buckets: &[Bucket], now: OffsetDateTime) -> Taken {
        let now = u64::try_from(now.unix_timestamp_nanos()).unwrap_or_default();
        let mut left = Vec::with_capacity(buckets.len());
        let mut refused_at = None;
        for (index, bucket) in buckets.iter().enumerate() {
            // Once one has refused, the others are only looked at.
            let (is_permitted, after) = self.ask(bucket, now, refused_at.is_none());
            if !is_permitted {
                refused_at = refused_at.or(Some(index));
            }
            left.push(after);
        }
        for bucket in buckets.iter().take(refused_at.unwrap_or_default()) {
            self.give_back(bucket);
        }
        Taken { is_permitted: refused_at.is_none(), left }
    }

    /// Takes a token if there is one and `is_wanted`; whether there was, and what is left.
    fn ask(&self, bucket: &Bucket, now: u64, is_wanted: bool) -> (bool, Left) {
        let terms = bucket.rate.terms();
        let Some(mut shard) = self.shard(bucket.key) else { return (false, terms.left(u64::MAX)) };
        let full_at = shard.get(&bucket.key).copied().unwrap_or_default().max(now);
        let after = full_at.saturating_add(terms.interval);
        let is_permitted = after - now <= terms.depth;
        if !is_permitted || !is_wanted {
            return (is_permitted, terms.left(full_at - now));
        }
        if shard.len() >= self.count_max && !shard.contains_key(&bucket.key) {
            make_room(&mut shard, now, self.count_max);
        }
        shard.insert(bucket.key, after);
        (true, terms.left(after - now))
    }

    fn give_back(&self, bucket: &Bucket) {
        let interval = bucket.rate.terms().interval;
        if let Some(mut shard) = self.shard(bucket.key)
            && let Some(full_at) = shard.get_mut(&bucket.key)
        {
            *full_at = full_at.saturating_sub(interval);
        }
    }

    fn shard(&self, key: BucketKey) -> Option<MutexGuard<'_, Shard>> {
        let hash = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).ok()?;
        Some(self.shards.get(hash)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Forgets the buckets that are full; all of them where none is, because memory is bounded and
/// an honest client must not pay for those who fill it.
fn make_room(shard: &mut Shard, now: u64, count_max: usize) {
    shard.retain(|_, full_at| *full_at > now);
    if shard.len() >= count_max {
        shard.clear();
    }
}
