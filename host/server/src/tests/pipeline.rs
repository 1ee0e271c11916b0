//! What happens before and after the detector: asked over HTTP, kept, and done again.

use super::{Answer, TestApp};
use pynomaly_store::Role;
use serde_json::{Value, json};

/// 60 rows of two columns on unlike scales, the last far out in the second.
fn rows() -> Vec<Vec<f64>> {
    let row = |at: u32| vec![f64::from(at * at % 31) * 1e6, f64::from(at * 7 % 13)];
    let mut rows: Vec<_> = (0..60).map(row).collect();
    rows[59][1] = 40.0;
    rows
}

fn with(more: &Value) -> Value {
    let mut body = json!({"data": rows(), "seed": 7});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn replay_path(detection: &Answer) -> String {
    format!("/api/v1/detections/{}/replay", detection.string("/detection_id"))
}

#[tokio::test]
async fn every_scaling_is_recorded_kept_and_replayed_bit_for_bit() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for scaling in ["none", "standard", "robust", "minmax"] {
        let body = with(&json!({"scaling": scaling, "missing": "impute_median", "keep_data": true,
                                "parameters": {"variant": "extended"}}));
        let answer = test.detect(&token, &body).await;
        assert_eq!(answer.json["pipeline"]["scaling"], scaling, "{answer:?}");
        assert_eq!(answer.json["pipeline"]["missing"], "impute_median");
        assert_eq!(answer.json["pipeline"]["cut"], json!({"contamination": 0.1}));
        let again = test.post(&replay_path(&answer), &token, &json!({})).await;
        assert_eq!(again.json["is_identical"], true, "{scaling}: {again:?}");
        let path = format!("/api/v1/detections/{}", answer.string("/detection_id"));
        assert_eq!(test.get(&path, &token).await.json, answer.json);
    }
}

#[tokio::test]
async fn missing_values_are_refused_or_filled_in_and_replayed() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let mut body = with(&json!({"keep_data": true}));
    body["data"][3][1] = Value::Null;
    let native = test.detect(&token, &body).await;
    assert_eq!(native.json["pipeline"]["missing"], "error", "{native:?}");
    let again = test.post(&replay_path(&native), &token, &json!({})).await;
    assert_eq!(again.json["is_identical"], true, "{again:?}");
    for variant in ["fair_cut", "extended"] {
        body["parameters"] = json!({"variant": variant});
        let taken = test.detect(&token, &body).await;
        assert_eq!(taken.json["pipeline"]["missing"], "error", "{taken:?}");
        let again = test.post(&replay_path(&taken), &token, &json!({})).await;
        assert_eq!(again.json["is_identical"], true, "{again:?}");
    }
    body["missing"] = json!("impute_median");
    let filled = test.detect(&token, &body).await;
    assert_eq!(filled.json["summary"]["rows"], 60, "{filled:?}");
    let again = test.post(&replay_path(&filled), &token, &json!({})).await;
    assert_eq!(again.json["is_identical"], true, "{again:?}");
    for row in 0..60 {
        body["data"][row][0] = Value::Null;
    }
    test.detect(&token, &body).await.is_problem(422, "empty_column", Some("/data"));
}

#[tokio::test]
async fn a_model_applies_what_it_learnt_months_later() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let steps = json!({"scaling": "robust", "missing": "impute_median", "threshold": "auto:iqr",
                       "suppress": {"absolute": [0, 30]}});
    let mut body = with(&steps);
    body["name"] = json!("pumps");
    let model = test.post("/api/v1/models", &token, &body).await;
    assert_eq!(model.json["pipeline"]["scaling"], "robust", "{model:?}");
    assert_eq!(model.json["pipeline"]["cut"], json!({"auto": "iqr"}));
    let detection = test.detect(&token, &with(&steps)).await;
    assert_eq!(model.json["threshold"], detection.json["threshold"]);
    let score = format!("/api/v1/models/{}/score", model.string("/model_id"));
    for _ in 0..2 {
        let scored = test.post(&score, &token, &json!({"data": rows(), "keep_data": true})).await;
        assert_eq!(scored.json["results"], detection.json["results"], "{scored:?}");
        let again = test.post(&replay_path(&scored), &token, &json!({})).await;
        assert_eq!(again.json["is_identical"], true, "{again:?}");
        let hole = json!({"data": [[null, 3.0]], "explain": true});
        let hole = test.post(&score, &token, &hole).await;
        assert_eq!(hole.json["results"][0]["contributions"].as_array().unwrap().len(), 2);
        // Out of the database, not out of memory.
        test.app.models.forget(model.string("/model_id").parse().unwrap());
    }
}

#[tokio::test]
async fn thresholds_without_a_guess_flag_the_row_that_is_far_out() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for name in ["auto", "auto:iqr", "auto:mad"] {
        let body = with(&json!({"threshold": name, "scaling": "minmax"}));
        let answer = test.detect(&token, &body).await;
        let anomalies = answer.json["summary"]["anomalies"].as_u64().unwrap();
        assert!((1..=4).contains(&anomalies), "{name}: {anomalies}");
        assert_eq!(answer.json["results"][59]["is_anomaly"], true, "{name}");
    }
    let rare = test.detect(&token, &with(&json!({"threshold": "auto:pot"}))).await;
    assert_eq!(rare.json["pipeline"]["cut"], json!({"auto": "pot"}));
    let wrong = test.detect(&token, &with(&json!({"threshold": "auto:best"}))).await;
    wrong.is_problem(422, "invalid_body", Some("/threshold"));
    let both = with(&json!({"threshold": "auto", "contamination": 0.1}));
    test.detect(&token, &both).await.is_problem(422, "invalid_body", Some("/threshold"));
}

#[tokio::test]
async fn small_deviations_are_suppressed_and_scores_are_not() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let plain = test.detect(&token, &with(&json!({}))).await;
    let suppress = json!({"absolute": [0, 50], "relative": [9, 0]});
    let all = test.detect(&token, &with(&json!({"suppress": suppress}))).await;
    assert_eq!(all.json["summary"]["anomalies"], 0, "{all:?}");
    assert_eq!(all.json["pipeline"]["suppress"]["absolute"], json!([0.0, 50.0]));
    for (suppressed, plain) in all.json["results"]
        .as_array()
        .unwrap()
        .iter()
        .zip(plain.json["results"].as_array().unwrap())
    {
        assert_eq!(suppressed["score"], plain["score"]);
        assert_eq!(suppressed["is_suppressed"], true);
        assert!(plain["is_suppressed"].is_null());
    }
    let path = format!("/api/v1/detections/{}", all.string("/detection_id"));
    assert_eq!(test.get(&path, &token).await.json, all.json);
    for wrong in [json!({"absolute": [1, 2, 3]}), json!({"relative": -1})] {
        let answer = test.detect(&token, &with(&json!({"suppress": wrong}))).await;
        answer.is_problem(422, "invalid_suppress", Some("/suppress"));
    }
    let unknown = test.detect(&token, &with(&json!({"suppress": {"size": 1}}))).await;
    assert_eq!(unknown.json["code"], "invalid_body");
}

#[tokio::test]
async fn contributions_are_given_kept_and_of_the_method_they_name() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    for (variant, method) in [("standard", "paths"), ("fair_cut", "shapley")] {
        let body = json!({"explain": true, "parameters": {"variant": variant}});
        let answer = test.detect(&token, &with(&body)).await;
        assert_eq!(answer.json["pipeline"]["explained"], method, "{answer:?}");
        let results = answer.json["results"].as_array().unwrap();
        let base = |result: &Value| {
            let parts = result["contributions"].as_array().unwrap();
            assert_eq!(parts.len(), 2);
            let sum: f64 = parts.iter().map(|part| part.as_f64().unwrap()).sum();
            result["score"].as_f64().unwrap() - sum
        };
        let first = base(&results[0]);
        assert!(results.iter().all(|result| (base(result) - first).abs() < 1e-9), "{variant}");
        let last = &results[59]["contributions"];
        assert!(last[1].as_f64().unwrap() > last[0].as_f64().unwrap().abs(), "{last}");
        let path = format!("/api/v1/detections/{}", answer.string("/detection_id"));
        assert_eq!(test.get(&path, &token).await.json, answer.json);
    }
}
