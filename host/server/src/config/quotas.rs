//! Redis, answers that are kept, and what callers may use.

use super::read::{ConfigError, Reader};
use super::variables as names;
use crate::cache::CacheOptions;
use crate::limits::Limits;
use crate::quota::QuotaOptions;
use pynomaly_store::{Rate, RedisOptions};
use std::time::Duration;

/// What `REDIS_URL` begins with.
const REDIS_SCHEMES: [&str; 4] =
    ["redis://", "rediss://", "redis+sentinel://", "rediss+sentinel://"];
/// The largest number of requests that has any meaning.
const REQUESTS_MAX: u64 = 1_000_000_000;

pub(super) fn redis(read: &Reader) -> Result<Option<RedisOptions>, ConfigError> {
    let Some(url) = read.optional(&names::REDIS_URL)? else { return Ok(None) };
    if !REDIS_SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        let expected =
            "redis://USER:PASSWORD@HOST:PORT/NUMBER, or rediss://, or either with +sentinel";
        return Err(read.wrong(&names::REDIS_URL, expected));
    }
    let connections = read.integer(&names::REDIS_MAX_CONNECTIONS, 1, 64)?;
    let seconds = read.integer(&names::REDIS_CONNECTION_POOL_TIMEOUT, 1, 60)?;
    Ok(Some(RedisOptions {
        url,
        connections: usize::try_from(connections).unwrap_or(1),
        connect_time_max: Duration::from_secs(seconds),
        answer_time_max: Limits::default().redis_time_max,
    }))
}

pub(super) fn cache(read: &Reader) -> Result<CacheOptions, ConfigError> {
    let entries = read.integer(&names::CACHE_MAX_ENTRIES, 1, 10_000_000)?;
    let megabytes = read.integer(&names::MEMORY_CACHE_SIZE_MB, 1, 1 << 20)?;
    Ok(CacheOptions {
        age_max: Duration::from_secs(read.integer(&names::CACHE_DEFAULT_TIMEOUT, 0, 86_400)?),
        entries_max: usize::try_from(entries).unwrap_or(usize::MAX),
        bytes_max: usize::try_from(megabytes << 20).unwrap_or(usize::MAX),
    })
}

pub(super) fn quotas(read: &Reader) -> Result<QuotaOptions, ConfigError> {
    let rate = Rate {
        requests: read.integer(&names::RATE_LIMIT_REQUESTS, 1, REQUESTS_MAX)?,
        window: Duration::from_secs(read.integer(&names::RATE_LIMIT_WINDOW, 1, 86_400)?),
        burst: read.integer(&names::RATE_LIMIT_BURST, 1, REQUESTS_MAX)?,
    };
    let is_limited = read.boolean(&names::RATE_LIMIT_ENABLED)?;
    let fuel_per_day = match read.optional(&names::FUEL_PER_DAY)? {
        Some(_) => Some(read.integer(&names::FUEL_PER_DAY, 0, i64::MAX.unsigned_abs())?),
        None => None,
    };
    Ok(QuotaOptions { rate: is_limited.then_some(rate), fuel_per_day })
}
