use super::{Answer, PASSWORD, TestApp};
use crate::limits::Limits;
use crate::quota::QuotaOptions;
use axum::http::StatusCode;
use pynomaly_store::{BurntFuel, HOME_TENANT, Rate, Role};
use serde_json::json;
use std::time::Duration;

const ME: &str = "/api/v1/auth/me";

/// One request a minute, and so many at once.
fn rate(burst: u64) -> Option<Rate> {
    Some(Rate { requests: 60, window: Duration::from_secs(3600), burst })
}

async fn limited(burst: u64) -> TestApp {
    TestApp::with_quotas(Limits::default(), QuotaOptions { rate: rate(burst), fuel_per_day: None })
        .await
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn caller_has_a_burst_and_then_one_request_at_a_time() {
    let test = limited(3).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let first = test.get(ME, &token).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(header(&first, "ratelimit"), r#""caller";r=2;t=60, "tenant";r=29;t=6"#);
    let policy =
        r#""caller";q=60;w=3600;pynomaly-burst=3, "tenant";q=600;w=3600;pynomaly-burst=30"#;
    assert_eq!(header(&first, "ratelimit-policy"), policy);
    for _ in 0..2 {
        assert_eq!(test.get(ME, &token).await.status, StatusCode::OK);
    }
    let refused = test.get(ME, &token).await;
    refused.is_problem(429, "rate_limited", None);
    assert_eq!(header(&refused, "retry-after"), "60");
    assert!(header(&refused, "ratelimit").starts_with(r#""caller";r=0;t=60"#));
    test.pass_time(60);
    assert_eq!(test.get(ME, &token).await.status, StatusCode::OK);
    test.get(ME, &token).await.is_problem(429, "rate_limited", None);
}

#[tokio::test]
async fn callers_have_buckets_of_their_own_and_share_that_of_their_organisation() {
    let limits = Limits { tenant_callers: 2, ..Limits::default() };
    let test =
        TestApp::with_quotas(limits, QuotaOptions { rate: rate(4), fuel_per_day: None }).await;
    let mut passed = 0;
    for name in ["ada", "bob", "eve"] {
        let token = test.user(&format!("{name}@example.org"), Role::Analyst).await;
        for _ in 0..4 {
            passed += u32::from(test.get(ME, &token).await.status == StatusCode::OK);
        }
    }
    assert_eq!(passed, 8);
}

#[tokio::test]
async fn quota_of_the_organisation_takes_the_place_of_the_default() {
    let test = limited(3).await;
    let token = test.user("ada@example.org", Role::Admin).await;
    let tenant = test.app.store.get_tenant(HOME_TENANT).await.unwrap().unwrap();
    let quota = json!({"rate_requests": 7200, "rate_burst": 5, "fuel_per_day": null});
    let path = format!("/api/v1/admin/tenants/{}", tenant.id);
    let answer = test.patch(&path, &token, &json!({"quota": quota})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let answer = test.get(ME, &token).await;
    assert!(header(&answer, "ratelimit-policy").starts_with(r#""caller";q=7200;w=3600"#));
}

#[tokio::test]
async fn whoever_is_not_known_pays_by_address() {
    let test = limited(3).await;
    for _ in 0..3 {
        let answer = test.login("nobody@example.org", "wrong horse").await;
        answer.is_problem(401, "wrong_credentials", None);
        assert!(header(&answer, "ratelimit").starts_with(r#""address";r="#));
    }
    test.login("nobody@example.org", "x").await.is_problem(429, "rate_limited", None);
    // Guessing tokens and keys is the same.
    test.get(ME, "pyn_guess").await.is_problem(429, "rate_limited", None);
    test.get("/api/v1/detections", "").await.is_problem(429, "rate_limited", None);
    test.get("/nowhere", "").await.is_problem(429, "rate_limited", None);
}

#[tokio::test]
async fn operations_are_never_limited() {
    let test = limited(1).await;
    for path in ["/health", "/ready", "/metrics"] {
        for _ in 0..5 {
            let answer = test.get(path, "").await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.headers.contains_key("ratelimit"));
        }
    }
}

#[tokio::test]
async fn fuel_is_counted_by_day_and_refused_until_midnight() {
    let quotas = QuotaOptions { rate: None, fuel_per_day: Some(100) };
    let test = TestApp::with_quotas(Limits::default(), quotas).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let body = json!({"data": [[1.0], [1.5], [9.0]]});
    let fuel = &test.app.quotas.fuel;
    let day = BurntFuel::day(test.app.clock.now());
    fuel.burn(HOME_TENANT, 99, test.app.clock.now());
    assert_eq!(test.detect(&token, &body).await.status, StatusCode::OK);
    fuel.burn(HOME_TENANT, 1, test.app.clock.now());
    let refused = test.detect(&token, &body).await;
    refused.is_problem(429, "fuel_quota", None);
    // 2023-11-14 22:13:20 UTC.
    assert_eq!(header(&refused, "retry-after"), "6400");
    fuel.flush(&test.app.store).await.unwrap();
    assert_eq!(test.app.store.get_fuel(HOME_TENANT, day).await.unwrap(), 100);
    test.detect(&token, &body).await.is_problem(429, "fuel_quota", None);
    test.pass_time(6399);
    let token = test.login("ada@example.org", PASSWORD).await.string("/access_token");
    test.detect(&token, &body).await.is_problem(429, "fuel_quota", None);
    test.pass_time(1);
    assert_eq!(test.detect(&token, &body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn fuel_that_another_replica_has_burnt_counts_after_a_moment() {
    let quotas = QuotaOptions { rate: None, fuel_per_day: Some(100) };
    let test = TestApp::with_quotas(Limits::default(), quotas).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let body = json!({"data": [[1.0], [1.5], [9.0]]});
    assert_eq!(test.detect(&token, &body).await.status, StatusCode::OK);
    let day = BurntFuel::day(test.app.clock.now());
    let burnt = BurntFuel { tenant_id: HOME_TENANT, day, fuel: 100 };
    test.app.store.add_fuel(&[burnt]).await.unwrap();
    test.pass_time(1);
    test.detect(&token, &body).await.is_problem(429, "fuel_quota", None);
}
