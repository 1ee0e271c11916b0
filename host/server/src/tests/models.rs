use super::TestApp;
use crate::limits::Limits;
use axum::http::{Method, StatusCode};
use pynomaly_store::Role;
use serde_json::{Value, json};
use std::path::Path;

const MODELS: &str = "/api/v1/models";

fn training() -> Value {
    (0..64).map(|row| json!([f64::from(row % 8), f64::from(row / 8)])).collect()
}

async fn fit(test: &TestApp, token: &str, name: &str) -> Value {
    let body = json!({"name": name, "data": training(), "seed": 7});
    let answer = test.post(MODELS, token, &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json
}

fn path(model: &Value) -> String {
    format!("{MODELS}/{}", model["model_id"].as_str().unwrap())
}

#[tokio::test]
async fn model_scores_as_the_detection_that_fitted_it_did() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let detection = test.detect(&token, &json!({"data": training(), "seed": 7})).await;
    let model = fit(&test, &token, "pumps").await;
    assert_eq!(model["threshold"], detection.json["threshold"]);
    for _ in 0..2 {
        let body = json!({"data": training()});
        let scored = test.post(&format!("{}/score", path(&model)), &token, &body).await;
        assert_eq!(scored.json["results"], detection.json["results"], "{scored:?}");
        assert_eq!(scored.json["model_id"], model["model_id"]);
        // Out of the database, not out of memory.
        test.app.models.forget(model["model_id"].as_str().unwrap().parse().unwrap());
    }
    let listed = test.get("/api/v1/detections?limit=9", &token).await;
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 3);
    let of_model = format!("/api/v1/detections?model_id={}", model["model_id"].as_str().unwrap());
    let of_model = test.get(&of_model, &token).await;
    assert_eq!(of_model.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn rows_of_a_model_are_judged_one_by_one() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let model = fit(&test, &token, "pumps").await;
    let score = format!("{}/score", path(&model));
    let together = test.post(&score, &token, &json!({"data": [[1.5, 2.5], [99.0, -99.0]]})).await;
    let alone = test.post(&score, &token, &json!({"data": [[99.0, -99.0]]})).await;
    assert_eq!(together.json["results"][1]["score"], alone.json["results"][0]["score"]);
    assert_eq!(alone.json["summary"]["anomalies"], 1);
    let lenient = json!({"data": [[99.0, -99.0]], "threshold": 0.99});
    assert_eq!(test.post(&score, &token, &lenient).await.json["summary"]["anomalies"], 0);
    let wrong = test.post(&score, &token, &json!({"data": [[1.0, 2.0, 3.0]]})).await;
    wrong.is_problem(422, "invalid_data", Some("/data"));
}

#[tokio::test]
async fn plugin_that_needs_more_than_is_spent_at_once_scores_the_same() {
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins/ecod.wasm");
    let plugin = std::fs::read(plugin).expect("run `cargo xtask plugins`");
    let mut answers = Vec::new();
    for inline_fuel_max in [Limits::default().inline_fuel_max, 1] {
        let test = TestApp::with_limits(Limits { inline_fuel_max, ..Limits::default() }).await;
        test.app.engine.install("ecod.wasm", &plugin).unwrap();
        let token = test.user("ada@example.org", Role::Analyst).await;
        let body = json!({"name": "pumps", "data": training(), "detector_type": "ecod"});
        let model = test.post(MODELS, &token, &body).await.json;
        let id = model["model_id"].as_str().unwrap().parse().unwrap();
        // Twice: what is known to be slow is not tried again.
        for _ in 0..2 {
            let body = json!({"data": [[99.0, -99.0]]});
            let scored = test.post(&format!("{}/score", path(&model)), &token, &body).await;
            assert_eq!(scored.status, StatusCode::OK, "{scored:?}");
            answers.push(scored.json["results"].clone());
            assert_eq!(test.app.models.is_slow(id), inline_fuel_max == 1);
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn names_have_versions_and_can_be_changed() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let first = fit(&test, &token, "pumps").await;
    let second = fit(&test, &token, " pumps ").await;
    assert_eq!((first["version"].as_u64(), second["version"].as_u64()), (Some(1), Some(2)));
    fit(&test, &token, "fans").await;
    let taken = test.patch(&path(&first), &token, &json!({"name": "fans"})).await;
    taken.is_problem(409, "name_taken", None);
    let body = json!({"name": "north", "if_name": "south"});
    test.patch(&path(&first), &token, &body).await.is_problem(409, "changed", None);
    let body = json!({"name": "north", "if_name": "pumps"});
    assert_eq!(test.patch(&path(&first), &token, &body).await.json["name"], "north");
    assert_eq!(test.get(&path(&first), &token).await.json["name"], "north");
    let pumps = test.get(&format!("{MODELS}?name=pumps"), &token).await;
    assert_eq!(pumps.json["items"], json!([second]));
    test.post(MODELS, &token, &json!({"name": "", "data": training()})).await.is_problem(
        422,
        "invalid_body",
        Some("/name"),
    );
}

#[tokio::test]
async fn everyone_of_the_organisation_scores_and_only_the_owner_or_an_admin_changes() {
    let (test, ada) = TestApp::with_user(Role::Analyst).await;
    let bob = test.user("bob@example.org", Role::Analyst).await;
    let viewer = test.user("viewer@example.org", Role::Viewer).await;
    let admin = test.user("admin@example.org", Role::Admin).await;
    let model = fit(&test, &ada, "pumps").await;
    let (path, body) = (path(&model), json!({"data": [[1.0, 2.0]]}));
    let score = format!("{path}/score");
    assert_eq!(test.post(&score, &bob, &body).await.status, StatusCode::OK);
    assert_eq!(test.get(&path, &viewer).await.status, StatusCode::OK);
    test.post(&score, &viewer, &body).await.is_problem(403, "forbidden", None);
    test.delete_bare(&path, &bob).await.is_problem(404, "not_found", None);
    assert_eq!(test.delete_bare(&path, &admin).await.status, StatusCode::NO_CONTENT);
    test.post(&score, &ada, &body).await.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn replay_proves_a_detection_and_finds_a_forged_one() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let kept = json!({"data": training(), "seed": 7, "keep_data": true,
                      "parameters": {"n_estimators": 50, "max_samples": 0.5}});
    let kept = test.detect(&token, &kept).await;
    let bare = test.detect(&token, &json!({"data": training(), "seed": 7})).await;
    let replay = |detection: &super::Answer| {
        format!("/api/v1/detections/{}/replay", detection.string("/detection_id"))
    };
    let proven = test.post(&replay(&kept), &token, &json!({})).await;
    assert_eq!(proven.json["is_identical"], true, "{proven:?}");
    let missing = test.post(&replay(&bare), &token, &json!({})).await;
    missing.is_problem(422, "invalid_body", Some("/data"));
    let other = test.post(&replay(&bare), &token, &json!({"data": [[1.0, 2.0], [2.0, 1.0]]})).await;
    other.is_problem(422, "invalid_body", Some("/data"));
    let sent = test.post(&replay(&bare), &token, &json!({"data": training()})).await;
    assert_eq!(sent.json["is_identical"], true, "{sent:?}");
    let model = fit(&test, &token, "pumps").await;
    let body = json!({"data": [[1.0, 2.0]], "keep_data": true});
    let scored = test.post(&format!("{}/score", path(&model)), &token, &body).await;
    let proven = test.post(&replay(&scored), &token, &json!({})).await;
    assert_eq!(
        (&proven.json["is_identical"], &proven.json["different_rows"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(test.delete_bare(&path(&model), &token).await.status, StatusCode::NO_CONTENT);
    let gone = test.post(&replay(&scored), &token, &json!({})).await;
    gone.is_problem(409, "detector_gone", None);
}

#[tokio::test]
async fn repeated_key_has_the_first_answer_and_no_other_effect() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let body = json!({"data": training()});
    let first = test.send_once("k1", "/api/v1/detect", &token, &body).await;
    let again = test.send_once("k1", "/api/v1/detect", &token, &body).await;
    assert_eq!((first.status, &first.json), (StatusCode::OK, &again.json));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = test.send_once("k1", "/api/v1/detect", &token, &json!({"data": [[1.0]]})).await;
    other.is_problem(422, "idempotency_reused", None);
    let wrong = test.send_once("k2", "/api/v1/detect", &token, &json!({"data": [[1.0]]})).await;
    wrong.is_problem(422, "too_few_rows", Some("/data"));
    assert_eq!(test.send_once("k2", "/api/v1/detect", &token, &body).await.status, StatusCode::OK);
    test.send_once("", "/api/v1/detect", &token, &body).await.is_problem(
        400,
        "idempotency_key",
        None,
    );
    let list = test.get("/api/v1/detections", &token).await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn crowd_with_one_key_has_one_effect() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let body = json!({"name": "pumps", "data": training(), "seed": 7});
    let posts = (0..16).map(|_| test.send_once("crowd", MODELS, &token, &body));
    let answers = futures_util::future::join_all(posts).await;
    let created = answers.iter().filter(|answer| answer.status == StatusCode::CREATED);
    let ids: std::collections::BTreeSet<_> =
        created.map(|answer| answer.string("/model_id")).collect();
    assert_eq!(ids.len(), 1);
    let list = test.get(MODELS, &token).await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn key_that_is_shown_once_is_not_shown_to_a_repeated_request() {
    let (test, token) = TestApp::with_user(Role::Analyst).await;
    let body = json!({"name": "nightly"});
    let made = test.send_once("k", "/api/v1/api-keys", &token, &body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let again = test.send_once("k", "/api/v1/api-keys", &token, &body).await;
    again.is_problem(409, "idempotency_answer_gone", None);
    assert!(!again.text.contains(&made.string("/key")));
}

#[tokio::test]
async fn old_and_surplus_detections_go() {
    let limits = crate::Limits {
        history_age_max: Some(std::time::Duration::from_secs(100)),
        history_count_max: Some(2),
        ..crate::Limits::default()
    };
    let test = TestApp::with_limits(limits).await;
    let token = test.user("ada@example.org", Role::Analyst).await;
    let body = json!({"data": training()});
    test.detect(&token, &body).await;
    test.pass_time(101);
    for _ in 0..3 {
        test.detect(&token, &body).await;
    }
    crate::serve::housekeeping::round(&test.app).await.unwrap();
    let list = test.get("/api/v1/detections", &token).await;
    assert_eq!(list.json["items"].as_array().unwrap().len(), 2);
}

impl TestApp {
    pub(super) async fn delete_bare(&self, path: &str, token: &str) -> super::Answer {
        self.send(Method::DELETE, path, token, axum::body::Body::empty()).await
    }

    async fn send_once(&self, key: &str, path: &str, token: &str, body: &Value) -> super::Answer {
        let request = axum::http::Request::post(path)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", key);
        self.call(request.body(body.to_string().into()).unwrap()).await
    }
}
