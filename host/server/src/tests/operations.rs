use super::TestApp;
use crate::limits::Limits;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use pynomaly_store::Role;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test]
async fn health_and_readiness() {
    let test = TestApp::new().await;
    assert_eq!(test.get("/health", "").await.json["status"], "ok");
    let ready = test.get("/ready", "").await;
    assert_eq!((ready.status, &ready.json["status"]), (StatusCode::OK, &json!("ready")));
    test.app.plugins.set(Err("loading".into()));
    test.get("/ready", "").await.is_problem(503, "not_ready", Some("/catalog"));
    test.app.plugins.set(Ok(()));
    test.app.stopping.cancel();
    test.get("/ready", "").await.is_problem(503, "not_ready", Some("/server"));
    assert_eq!(test.get("/health", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_path_is_404_and_unknown_method_405() {
    let test = TestApp::new().await;
    test.get("/api/v1/nope", "").await.is_problem(404, "route_unknown", None);
    let answer = test.send(Method::DELETE, "/api/v1/detect", "", Body::empty()).await;
    answer.is_problem(405, "method_not_allowed", None);
    assert_eq!(answer.headers[header::ALLOW], "POST");
}

#[tokio::test]
async fn sane_request_id_is_kept_and_others_are_replaced() {
    let test = TestApp::new().await;
    let id = async |given: &str| {
        let request = Request::get("/health").header("x-request-id", given);
        let answer = test.call(request.body(Body::empty()).unwrap()).await;
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(id("build-7.3:a_b").await, "build-7.3:a_b");
    for bad in ["", "a b", "{\"x\":1}", &"x".repeat(129)] {
        assert_eq!(id(bad).await.len(), 32, "{bad}");
    }
    assert_ne!(id("").await, id("").await);
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_detections_by_outcome() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    test.detect(&token, &json!({"data": [[1.0], [1.5], [9.0]]})).await;
    test.detect(&token, &json!({"data": [[1.0]], "detector_type": "made_up"})).await;
    test.get("/api/v1/detections/x", &token).await;
    test.get("/made/up", &token).await;
    let metrics = test.get("/metrics", "").await.text;
    for line in [
        "http_requests_total{method=\"POST\",route=\"/api/v1/detect\",status=\"200\"} 1",
        "http_requests_total{method=\"POST\",route=\"/api/v1/detect\",status=\"422\"} 1",
        "http_requests_total{method=\"GET\",route=\"/api/v1/detections/{id}\",status=\"404\"} 1",
        "http_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"} 1",
        "http_request_duration_seconds_count{method=\"POST\",route=\"/api/v1/detect\"} 2",
        "pynomaly_detections_total{detector=\"isolation_forest\",outcome=\"ok\"} 1",
        "pynomaly_detections_total{detector=\"unknown\",outcome=\"refused\"} 1",
        "pynomaly_active_connections 0",
        "pynomaly_queue_length{queue=\"writes\"} 0",
        "pynomaly_queue_places{queue=\"writes\"} 1024",
        // When the tests' clock stood as the server was made.
        "process_start_time_seconds 1700000000",
        "pynomaly_backup_last_success_timestamp_seconds 0",
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
    for edge in ["2", "2.5", "60"] {
        assert!(metrics.contains(&format!("le=\"{edge}\"")), "{edge}");
    }
    assert!(!metrics.contains("made"));
}

#[tokio::test]
async fn description_and_its_page_are_served() {
    let test = TestApp::new().await;
    let api = test.get("/openapi.json", "").await;
    assert_eq!(api.json["openapi"], "3.1.0");
    let page = test.get("/docs", "").await;
    assert!(page.text.starts_with("<!doctype html>"));
    assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
}

#[tokio::test]
async fn body_that_nobody_wanted_is_read_to_its_end_unless_it_waits_to_be_asked_for() {
    let test = TestApp::new().await;
    for (expect, pieces) in [("", 3), ("100-continue", 0)] {
        let read = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&read);
        let body = Body::from_stream(stream::iter(0..3).map(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>("piece")
        }));
        let mut request = Request::post("/nowhere").body(body).unwrap();
        if !expect.is_empty() {
            request.headers_mut().insert(header::EXPECT, expect.parse().unwrap());
        }
        test.call(request).await.is_problem(404, "route_unknown", None);
        assert_eq!(read.load(Ordering::Relaxed), pieces, "{expect}");
    }
}

#[tokio::test]
async fn panic_and_timeout_are_problems_like_any_other() {
    let limits = Limits { request_time_max: Duration::from_millis(10), ..Limits::default() };
    let test = TestApp::with_limits(limits).await;
    let router = Router::new()
        .route("/panic", get(async || -> StatusCode { panic!("boom") }))
        .route("/slow", get(async || std::future::pending::<StatusCode>().await))
        .layer(from_fn_with_state(Arc::clone(&test.app), crate::observe::observe));
    for (path, status, code) in [("/panic", 500, "internal"), ("/slow", 504, "timeout")] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["code"], code);
        assert!(!body.to_string().contains("boom"));
    }
}
