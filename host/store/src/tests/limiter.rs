//! Buckets: in memory, and in the Redis that `PYNOMALY_TEST_REDIS` names where there is one.

use super::moment;
use crate::{Bucket, BucketKey, Limiter, Rate, Redis, RedisOptions};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use uuid::Uuid;

const NEVER: Duration = Duration::from_secs(100 * 86_400);

async fn limiter() -> Limiter {
    let url = std::env::var("PYNOMALY_TEST_REDIS").ok();
    let redis = match url {
        Some(url) => Some(Redis::open(options(url)).await.unwrap()),
        None => None,
    };
    assert!(redis.as_ref().is_none_or(Redis::is_connected));
    Limiter::new(redis, 1_000)
}

fn options(url: String) -> RedisOptions {
    RedisOptions {
        url,
        connections: 2,
        connect_time_max: Duration::from_secs(5),
        answer_time_max: Duration::from_secs(5),
    }
}

/// Nobody else's, also on a Redis that others use.
fn bucket(number: u64, requests: u64, window: Duration, burst: u64) -> Bucket {
    let process = u64::from(std::process::id()) << 32;
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos().unsigned_abs();
    let id = Uuid::from_u128(now << 64 | u128::from(process | number));
    Bucket { key: BucketKey::User(id), rate: Rate { requests, window, burst } }
}

#[tokio::test]
async fn full_bucket_gives_its_burst_and_says_what_is_left() {
    let (limiter, bucket) = (limiter().await, bucket(1, 1_000, NEVER, 3));
    for tokens in [2, 1, 0] {
        let taken = limiter.take(&[bucket], moment(0)).await;
        assert!(taken.is_permitted);
        assert_eq!(taken.left[0].tokens, tokens);
    }
    let taken = limiter.take(&[bucket], moment(0)).await;
    assert!(!taken.is_permitted);
    assert_eq!(taken.left[0].tokens, 0);
    let interval = NEVER / 1_000;
    assert!(taken.retry_after() <= interval && taken.retry_after() > interval / 2);
}

#[tokio::test]
async fn request_takes_from_all_its_buckets_or_from_none() {
    let limiter = limiter().await;
    let (mine, ours) = (bucket(1, 1, NEVER, 3), bucket(2, 1, NEVER, 1));
    assert!(limiter.take(&[mine, ours], moment(0)).await.is_permitted);
    for _ in 0..5 {
        assert!(!limiter.take(&[mine, ours], moment(0)).await.is_permitted);
    }
    assert_eq!(limiter.take(&[mine], moment(0)).await.left[0].tokens, 1);
}

#[tokio::test]
async fn nothing_comes_from_a_bucket_of_nothing() {
    let limiter = limiter().await;
    for bucket in [bucket(1, 0, NEVER, 10), bucket(2, 10, NEVER, 0)] {
        let taken = limiter.take(&[bucket], moment(0)).await;
        assert!(!taken.is_permitted && taken.retry_after() > Duration::ZERO);
    }
}

#[tokio::test]
async fn over_time_no_more_pass_than_the_rate_permits() {
    let (limiter, bucket) = (limiter().await, bucket(1, 200, Duration::from_secs(1), 10));
    let (started, mut passed) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(1) {
        let taken = limiter.take(&[bucket], OffsetDateTime::now_utc()).await;
        passed += u32::from(taken.is_permitted);
    }
    let most = 10.0 + 200.0 * started.elapsed().as_secs_f64();
    assert!(f64::from(passed) <= most * 1.01, "{passed} of {most}");
    assert!(f64::from(passed) > most * 0.5, "{passed} of {most}");
}

#[tokio::test]
async fn tokens_come_back_one_by_one() {
    let (limiter, bucket) = (Limiter::new(None, 10), bucket(1, 60, Duration::from_secs(60), 2));
    let take = async |seconds| limiter.take(&[bucket], moment(seconds)).await.is_permitted;
    assert!(take(0).await && take(0).await && !take(0).await);
    assert!(take(1).await && !take(1).await);
    assert!(take(100).await && take(100).await && !take(100).await);
}

#[tokio::test]
async fn memory_is_bounded_whoever_comes() {
    let limiter = Limiter::new(None, 64);
    let rate = Rate { requests: 1, window: NEVER, burst: 1 };
    for number in 0..10_000 {
        let key = BucketKey::Tenant(Uuid::from_u128(number));
        assert!(limiter.take(&[Bucket { key, rate }], moment(0)).await.is_permitted);
    }
    let memory = format!("{limiter:?}").len();
    assert!(memory < 20_000, "{memory}");
}

#[tokio::test]
async fn lost_redis_is_asked_once_and_then_no_more() {
    // A port that takes connections and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let wait = Duration::from_millis(50);
    let options = RedisOptions { connect_time_max: wait, ..options(url) };
    let redis = Redis::open(options).await.unwrap();
    assert!(!redis.is_connected());
    let limiter = Limiter::new(Some(redis), 10);
    let (bucket, started) = (bucket(1, 1, NEVER, 1_000), Instant::now());
    for _ in 0..1_000 {
        assert!(limiter.take(&[bucket], moment(0)).await.is_permitted);
    }
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn addresses_of_one_network_are_one() {
    let key = |text: &str| BucketKey::address(text.parse().unwrap());
    assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1:2:3"));
    assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
}
