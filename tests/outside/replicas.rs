//! Two servers on one Postgres and one Redis are one server.

use crate::support::{Answer, Client, Server, bundled};
use pynomaly_test_services::{Postgres, Redis};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const ME: &str = "/api/v1/auth/me";
/// What one replica does, the other knows within this.
const PROMISED: Duration = Duration::from_secs(1);

struct Replicas {
    a: Server,
    b: Server,
    _redis: Redis,
    _postgres: Postgres,
}

impl Replicas {
    fn start(plugins: &[(&str, &[u8])], more: &[(&str, &str)]) -> Self {
        let (postgres, redis) = (Postgres::start().unwrap(), Redis::start().unwrap());
        let (database, url) = (postgres.url(), redis.url());
        let mut settings = vec![
            ("DATABASE_URL", &*database),
            ("REDIS_URL", &*url),
            ("JWT_SECRET", "the same 32 bytes or more on both of them"),
        ];
        settings.extend_from_slice(more);
        let a = Server::start_with(plugins, &settings);
        let b = Server::start_with(plugins, &settings);
        Self { a, b, _redis: redis, _postgres: postgres }
    }
}

/// Asks until the answer is as wanted; fails where that takes longer than promised.
fn within_a_second(ask: impl Fn() -> Answer, is_wanted: impl Fn(&Answer) -> bool) {
    let started = Instant::now();
    loop {
        // What was asked after the second was over is too late.
        let asked = started.elapsed();
        let answer = ask();
        if is_wanted(&answer) {
            println!("known after {:?}", started.elapsed());
            return;
        }
        assert!(asked < PROMISED, "still after {asked:?}: {answer:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn user(client: &Client, email: &str) -> Value {
    let account = json!({"email": email, "password": "correct horse battery", "role": "analyst"});
    let made = client.post("/api/v1/admin/users", &account);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()
}

#[test]
fn what_one_replica_is_told_the_other_knows_within_a_second() {
    let replicas = Replicas::start(&[], &[]);
    let admin = replicas.a.admin();
    let bob = user(&admin, "bob@example.com");
    let on_a = replicas.a.anyone().log_in("bob@example.com", "correct horse battery");
    let on_b = replicas.b.anyone().with_token(on_a.token());

    // A role.
    assert_eq!(on_b.get(ME).json()["role"], "analyst");
    let path = format!("/api/v1/admin/users/{}", bob["id"].as_str().unwrap());
    assert_eq!(admin.patch(&path, &json!({"role": "viewer"})).status, 200);
    within_a_second(|| on_b.get(ME), |answer| answer.json()["role"] == "viewer");

    // A logout.
    assert_eq!(on_a.post("/api/v1/auth/logout", &json!({})).status, 204);
    within_a_second(|| on_b.get(ME), |answer| answer.status == 401);

    // A key.
    let made = admin.post("/api/v1/api-keys", &json!({"name": "robot", "scopes": ["read"]}));
    assert_eq!(made.status, 201, "{made:?}");
    let key = replicas.b.anyone().with_token(made.json()["key"].as_str().unwrap());
    assert_eq!(key.get("/api/v1/detections").status, 200);
    let path = format!("/api/v1/api-keys/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(admin.delete(&path).status, 204);
    within_a_second(|| key.get("/api/v1/detections"), |answer| answer.status == 401);
}

#[test]
fn quotas_are_those_of_all_replicas_together() {
    let knn = bundled("knn");
    let settings = [("RATE_LIMIT_ENABLED", "true"), ("RATE_LIMIT_BURST", "1000")];
    let replicas = Replicas::start(&[("knn.wasm", &knn)], &settings);
    let admin = replicas.a.admin();
    let on_b = replicas.b.anyone().with_token(admin.token());
    let home = "/api/v1/admin/tenants/00000000-0000-7000-8000-000000000001";

    // Of requests.
    assert_eq!(on_b.get(ME).status, 200);
    let quota = json!({"quota": {"rate_requests": 500, "rate_burst": 400, "fuel_per_day": null}});
    assert_eq!(admin.patch(home, &quota).status, 200);
    let is_told = |answer: &Answer| answer.header("ratelimit-policy").contains("q=500;w=3600");
    within_a_second(|| on_b.get(ME), is_told);

    // Of fuel.
    let detect = |client: &Client| {
        client.detect("knn", &json!([[1.0], [2.0], [3.0], [4.0], [5.0], [9.0]]), &json!({}))
    };
    let quota = json!({"quota": {"rate_requests": null, "rate_burst": null, "fuel_per_day": 1}});
    assert_eq!(admin.patch(home, &quota).status, 200);
    let burnt = detect(&admin);
    assert!(burnt.json()["fuel_used"].as_u64().unwrap() > 1, "{burnt:?}");
    within_a_second(|| detect(&on_b), |answer| answer.status == 429);
    assert_eq!(detect(&admin).code(), "fuel_quota");
    let seconds: u64 = detect(&admin).header("retry-after").parse().unwrap();
    assert!((1..=86_400).contains(&seconds));
}

#[test]
fn no_more_requests_pass_than_the_limit_whichever_replica_they_ask() {
    let (burst, per_second) = (300, 20);
    let settings = [
        ("RATE_LIMIT_ENABLED", "true"),
        ("RATE_LIMIT_REQUESTS", "20"),
        ("RATE_LIMIT_WINDOW", "1"),
        ("RATE_LIMIT_BURST", "300"),
        ("LOG_LEVEL", "warn"),
    ];
    let replicas = Replicas::start(&[], &settings);
    let token = replicas.a.admin().token().to_owned();
    let (passed, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for number in 0..64 {
            let server = if number % 2 == 0 { &replicas.a } else { &replicas.b };
            let client = Client::new(&server.url).with_token(&token);
            let (passed, refused) = (&passed, &refused);
            scope.spawn(move || {
                while started.elapsed() < Duration::from_secs(4) {
                    match client.get(ME).status {
                        200 => passed.fetch_add(1, Ordering::Relaxed),
                        429 => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}"),
                    };
                }
            });
        }
    });
    let limit = f64::from(burst) + f64::from(per_second) * started.elapsed().as_secs_f64();
    let (passed, refused) = (passed.into_inner(), refused.into_inner());
    println!("{passed} passed of {limit:.1}, {refused} refused");
    assert!(f64::from(passed) <= limit * 1.01, "{passed} passed of {limit}");
    assert!(f64::from(passed) >= f64::from(burst) && refused > 0, "{passed}, {refused}");
    let log = replicas.a.log() + &replicas.b.log();
    assert!(!log.contains("Redis is lost"), "{log}");
}

#[test]
fn answers_that_one_replica_has_the_other_need_not_compute() {
    let knn = bundled("knn");
    let replicas = Replicas::start(&[("knn.wasm", &knn)], &[]);
    let admin = replicas.a.admin();
    let on_b = replicas.b.anyone().with_token(admin.token());
    let rows = json!([[1.0, 2.0], [2.0, 1.0], [1.5, 1.5], [1.0, 1.0], [2.0, 2.0], [9.0, 9.0]]);
    let first = admin.detect("knn", &rows, &json!({}));
    assert_eq!(first.header("age"), "");
    let hit =
        |answer: &Answer| !answer.header("age").is_empty() && answer.scores() == first.scores();
    within_a_second(|| on_b.detect("knn", &rows, &json!({})), hit);
}
