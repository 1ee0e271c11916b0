use super::TestApp;
use axum::http::StatusCode;
use pynomaly_store::Role;
use serde_json::{Value, json};

/// The body of the load test: 3 × 5.
fn small() -> Value {
    json!({"data": [[1.0, 2.0, 3.0, 4.0, 5.0], [1.1, 2.1, 3.1, 4.1, 5.1], [9.0, 9.0, 9.0, 9.0, 9.0]]})
}

#[tokio::test]
async fn detection_says_everything_needed_to_repeat_it() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let first = test.detect(&token, &small()).await;
    assert_eq!(first.status, StatusCode::OK, "{first:?}");
    assert_eq!(first.json["detector_type"], "isolation_forest");
    assert_eq!(first.json["summary"], json!({"rows": 3, "columns": 5, "anomalies": 1}));
    assert_eq!(first.json["results"][2]["index"], 2);
    assert_eq!(first.json["results"][2]["is_anomaly"], true);
    assert!(first.json["fuel_used"].is_null());
    assert!(first.string("/data_digest").starts_with("sha256:"));
    assert_eq!(first.json["parameters"]["n_estimators"], 100);

    let mut again = small();
    again["seed"] = first.json["seed"].clone();
    again["parameters"] = first.json["parameters"].clone();
    let again = test.detect(&token, &again).await;
    assert_eq!(again.json["results"], first.json["results"], "{again:?}");
    assert_ne!(again.json["detection_id"], first.json["detection_id"]);
}

#[tokio::test]
async fn every_seed_of_64_bits_comes_back_exactly() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for seed in [0, (1 << 53) + 1, u64::MAX] {
        let mut body = small();
        body["seed"] = json!(seed);
        let answer = test.detect(&token, &body).await;
        assert_eq!(answer.json["seed"], json!(seed));
        let path = format!("/api/v1/detections/{}", answer.string("/detection_id"));
        assert_eq!(test.get(&path, &token).await.json["seed"], json!(seed));
    }
}

#[tokio::test]
async fn threshold_decides_what_is_an_anomaly() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for (threshold, anomalies) in [(0.0, 3), (1.0, 0)] {
        let mut body = small();
        body["threshold"] = json!(threshold);
        let answer = test.detect(&token, &body).await;
        assert_eq!(answer.json["threshold"], json!(threshold));
        assert_eq!(answer.json["summary"]["anomalies"], anomalies);
    }
}

#[tokio::test]
async fn large_detection_is_the_same_off_the_async_threads() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let rows: Vec<[f64; 2]> = (0..600).map(|row| [f64::from(row % 7), f64::from(row)]).collect();
    let answer = test.detect(&token, &json!({"data": rows, "seed": 1})).await;
    assert_eq!(answer.json["summary"]["rows"], 600, "{}", answer.string("/detail"));
    // The same rows and parameters in a small body of few values take the other way.
    let few: Vec<_> = rows.iter().take(50).collect();
    let parameters = json!({"n_estimators": 100});
    let inline = test.detect(&token, &json!({"data": few, "seed": 1})).await;
    let off = test.detect(&token, &json!({"data": few, "seed": 1, "parameters": parameters})).await;
    assert_eq!(inline.json["results"], off.json["results"]);
}

#[tokio::test]
async fn detectors_are_described() {
    let (test, token) = TestApp::with_user(Role::Viewer).await;
    let list = test.get("/api/v1/detectors", &token).await;
    assert_eq!(list.json["items"][0]["detector_type"], "ensemble");
    assert_eq!(list.json["items"][1]["detector_type"], "isolation_forest");
    assert!(list.json["next_cursor"].is_null());
    let card = test.get("/api/v1/detectors/isolation_forest", &token).await;
    assert_eq!(card.json, list.json["items"][1]);
    assert_eq!(card.json["is_native"], true);
    assert_eq!(card.json["parameters"][0]["name"], "n_estimators");
    test.get("/api/v1/detectors/nope", &token).await.is_problem(404, "not_found", None);
}
