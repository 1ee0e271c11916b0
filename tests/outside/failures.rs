//! Whatever happens to the database or to Redis, no answer is a lie, and the server comes back by
//! itself.

use crate::support::{Answer, Client, Proxy, Server};
use pynomaly_test_services::{Postgres, Redis};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long everything may take to be well again.
const PATIENCE: Duration = Duration::from_secs(30);

fn detect(client: &Client) -> Answer {
    let rows = json!([[1.0, 2.0], [2.0, 1.0], [9.0, 9.0]]);
    client.post("/api/v1/detect", &json!({"data": rows}))
}

/// Asks until it is answered so.
fn until(status: u16, ask: impl Fn() -> Answer) -> Answer {
    let started = Instant::now();
    loop {
        let answer = ask();
        if answer.status == status {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "{answer:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn url(port: u16) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

#[test]
fn lost_postgres_is_503_and_comes_back_by_itself() {
    let mut postgres = Postgres::start().unwrap();
    let settings = [("DATABASE_URL", &*postgres.url()), ("DATABASE_POOL_TIMEOUT", "1")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    assert_eq!(detect(&admin).status, 200);
    postgres.stop().unwrap();
    let lost = until(503, || detect(&admin));
    assert_eq!(lost.code(), "database_unavailable");
    assert_eq!(lost.header("retry-after"), "1");
    assert_eq!(until(503, || admin.get("/api/v1/detections")).header("retry-after"), "1");
    let ready = server.anyone().get("/ready");
    assert_eq!(ready.json()["errors"][0]["pointer"], "/database");
    assert_eq!(server.anyone().get("/health").status, 200);
    postgres.resume().unwrap();
    until(200, || detect(&admin));
    until(200, || server.anyone().get("/ready"));
}

#[test]
fn cut_slow_and_half_closed_connections_leave_no_half_written_detection() {
    let postgres = Postgres::start().unwrap();
    let proxy = Proxy::to(postgres.port());
    let database = url(proxy.port());
    let settings = [("DATABASE_URL", &*database), ("DATABASE_POOL_TIMEOUT", "1")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let (acknowledged, done) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let client = Client::new(&server.url).with_token(admin.token());
            let (acknowledged, done) = (&acknowledged, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let answer = detect(&client);
                    match answer.status {
                        200 => acknowledged.lock().unwrap().push(answer),
                        503 => assert_eq!(answer.code(), "database_unavailable"),
                        other => panic!("{other}: {answer:?}"),
                    }
                }
            });
        }
        for round in 0..12 {
            std::thread::sleep(Duration::from_millis(120));
            match round % 3 {
                0 => proxy.cut(),
                1 => proxy.half_close(),
                _ => proxy.delay(Duration::from_millis(round)),
            }
        }
        proxy.mend();
        until(200, || detect(&admin));
        done.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());
    for answer in &acknowledged {
        let id = answer.json()["detection_id"].as_str().unwrap().to_owned();
        let stored = admin.get(&format!("/api/v1/detections/{id}"));
        assert_eq!(stored.json(), answer.json());
    }
    let stored = all_detections(&admin);
    assert!(stored.len() >= acknowledged.len());
    for id in stored {
        let detection = admin.get(&format!("/api/v1/detections/{id}"));
        assert_eq!(detection.scores().len(), 3, "{detection:?}");
    }
}

fn all_detections(client: &Client) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/api/v1/detections?limit=200{cursor}")).json();
        let items = page["items"].as_array().unwrap().clone();
        ids.extend(items.iter().map(|it| it["detection_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[test]
fn silent_connections_are_given_up_and_others_made() {
    let postgres = Postgres::start().unwrap();
    let proxy = Proxy::to(postgres.port());
    let database = url(proxy.port());
    let settings = [("DATABASE_URL", &*database), ("DATABASE_POOL_TIMEOUT", "1")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    assert_eq!(detect(&admin).status, 200);
    // Until the connections are back in their pools.
    std::thread::sleep(Duration::from_millis(100));
    proxy.silence();
    assert_eq!(detect(&admin).code(), "database_unavailable");
    until(200, || detect(&admin));
}

/// Limits that no test reaches, so that Redis is asked.
const WIDE: [(&str, &str); 2] = [("RATE_LIMIT_ENABLED", "true"), ("RATE_LIMIT_BURST", "1000000")];

#[test]
fn lost_redis_is_missed_by_nobody_and_comes_back_by_itself() {
    let mut redis = Redis::start().unwrap();
    let url = redis.url();
    let settings = [WIDE[0], WIDE[1], ("REDIS_URL", &*url)];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let left = |answer: &Answer| {
        let limit = answer.header("ratelimit").split("r=").nth(1).unwrap().to_owned();
        limit.split(';').next().unwrap().parse::<u64>().unwrap()
    };
    let before = left(&admin.get("/api/v1/auth/me"));
    assert_eq!(server.anyone().get("/ready").json()["redis"], "connected");
    redis.stop();
    let started = Instant::now();
    for _ in 0..50 {
        let answer = admin.get("/api/v1/auth/me");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.header("ratelimit").starts_with("\"caller\";r="));
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(server.anyone().get("/ready").json()["redis"], "lost");
    redis.resume().unwrap();
    let started = Instant::now();
    while !server.log().contains("Redis is back") {
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    // Redis has forgotten everything: its bucket is full but for this request.
    assert!(left(&admin.get("/api/v1/auth/me")) >= before);
    assert_eq!(server.log().matches("Redis is lost").count(), 1);
    assert!(!server.log().contains(&url));
}

#[test]
fn encrypted_redis_is_believed_if_its_certificate_is() {
    let redis = Redis::start_encrypted().unwrap();
    let (url, authority) = (redis.url(), redis.authority());
    let settings = [WIDE[0], WIDE[1], ("REDIS_URL", &*url)];
    let ready = |server: &Server| server.anyone().get("/ready").json()["redis"].clone();
    let stranger = Server::start_with(&[], &settings);
    assert_eq!(ready(&stranger), "lost", "{}", stranger.log());
    let authority = ("SSL_CERT_FILE", authority.to_str().unwrap());
    let server = Server::start_with(&[], &[settings[0], settings[1], settings[2], authority]);
    assert_eq!(ready(&server), "connected", "{}", server.log());
    assert_eq!(server.admin().get("/api/v1/auth/me").status, 200);
}

#[test]
fn slow_redis_holds_up_hardly_anybody() {
    let redis = Redis::start().unwrap();
    let proxy = Proxy::to(redis.port());
    let url = format!("redis://127.0.0.1:{}", proxy.port());
    let settings = [WIDE[0], WIDE[1], ("REDIS_URL", &*url)];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    for harm in [Proxy::stall, Proxy::cut_off, |proxy: &Proxy| proxy.delay(Duration::from_secs(5))]
    {
        harm(&proxy);
        let started = Instant::now();
        for _ in 0..50 {
            assert_eq!(admin.get("/api/v1/auth/me").status, 200);
        }
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        let backs = server.log().matches("Redis is back").count();
        proxy.mend();
        let mended = Instant::now();
        while server.log().matches("Redis is back").count() == backs {
            assert!(mended.elapsed() < PATIENCE);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
