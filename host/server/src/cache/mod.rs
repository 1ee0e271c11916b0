//! Answers of identical calls: a detection that is asked for again with the same detector,
//! parameters, cut, seed and rows by the same organisation is not computed again.
//!
//! Equal bits are promised for such calls anyway, so that nobody can tell but by `Age`, and by the
//! fuel that is not charged. What a hit answers is a detection of its own, with its own identifier
//! and row. Calls without a seed want another result each time: they are never kept.

mod entry;
mod freshness;
mod key;

pub(crate) use entry::Entry;
pub(crate) use freshness::{Cached, Freshness};
pub(crate) use key::Key;

use crate::limits::Limits;
use moka::sync::Cache;
use pynomaly_store::Redis;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::runtime::Handle;

/// How many answers are kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheOptions {
    /// For how long; zero for not at all.
    pub age_max: Duration,
    /// How many.
    pub entries_max: usize,
    /// How many bytes of them.
    pub bytes_max: usize,
}

/// Answers in memory, the least recently used of which go first, and in Redis.
pub(crate) struct Answers {
    age_max: Duration,
    memory: Cache<Key, Arc<Entry>>,
    shared: Option<Redis>,
    shared_bytes_max: usize,
}

impl Answers {
    pub(crate) fn new(options: CacheOptions, redis: Option<Redis>, limits: &Limits) -> Self {
        // Each weighs at least its share, so that their number is bounded too.
        let share = options.bytes_max / options.entries_max.max(1);
        let weigh = move |_: &Key, entry: &Arc<Entry>| {
            u32::try_from(entry.bytes().max(share)).unwrap_or(u32::MAX)
        };
        let memory = Cache::builder()
            .max_capacity(options.bytes_max as u64)
            .weigher(weigh)
            .time_to_live(options.age_max.max(Duration::from_secs(1)))
            .build();
        let shared_bytes_max = limits.shared_answer_bytes_max;
        Self { age_max: options.age_max, memory, shared: redis, shared_bytes_max }
    }

    pub(crate) fn is_enabled(&self) -> bool {
        !self.age_max.is_zero()
    }

    /// How Redis is, where there is to be one.
    pub(crate) fn redis(&self) -> Option<&'static str> {
        let redis = self.shared.as_ref()?;
        Some(if redis.is_connected() { "connected" } else { "lost" })
    }

    /// How long an answer is kept.
    pub(crate) fn age_max(&self) -> Duration {
        self.age_max
    }

    /// The answer in memory, if there is one that is fresh `now`.
    pub(crate) fn find_here(&self, key: Key, now: OffsetDateTime) -> Option<Arc<Entry>> {
        self.memory.get(&key).filter(|entry| entry.age(now) < self.age_max)
    }

    /// The answer in memory or in Redis. Blocks: for threads that compute.
    pub(crate) fn find(&self, key: Key, now: OffsetDateTime) -> Option<Arc<Entry>> {
        if let Some(entry) = self.find_here(key, now) {
            return Some(entry);
        }
        let redis = self.shared.as_ref()?;
        let bytes = Handle::current().block_on(redis.get_bytes(&key.to_string()))?;
        let entry = Arc::new(Entry::from_bytes(&bytes)?);
        self.memory.insert(key, Arc::clone(&entry));
        Some(entry).filter(|entry| entry.age(now) < self.age_max)
    }

    /// Keeps an answer, here at once and in Redis in a moment.
    pub(crate) fn keep(&self, key: Key, entry: Entry) {
        if let Some(redis) = self.shared.clone()
            && redis.is_connected()
            && entry.bytes() <= self.shared_bytes_max
        {
            let (bytes, age_max) = (entry.to_bytes(), self.age_max);
            Handle::current().spawn(async move {
                redis.set_bytes(&key.to_string(), &bytes, age_max).await;
            });
        }
        self.memory.insert(key, Arc::new(entry));
    }
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { age_max: Duration::from_secs(300), entries_max: 10_000, bytes_max: 64 << 20 }
    }
}
