//! The main road: rows in, scores out, the same bits by every way.

use crate::support::{Server, bundled};
use serde_json::{Value, json};
use std::path::Path;

fn dataset() -> Vec<Vec<f64>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("datasets/breast_cancer_wisconsin/data.csv"));
    let number = |cell: &str| cell.parse().unwrap();
    text.unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(30).map(number).collect())
        .collect()
}

fn server() -> Server {
    Server::start(&[("ecod.wasm", &bundled("ecod")), ("knn.wasm", &bundled("knn"))])
}

#[test]
fn every_detector_answers_with_all_that_replays_it() {
    let server = server();
    let admin = server.admin();
    let rows = json!(dataset());
    for name in ["isolation_forest", "ecod", "knn"] {
        let answer = admin.detect(name, &rows, &json!({"contamination": 0.05}));
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.request_id.is_some());
        let json = answer.json();
        assert_eq!(json["detector_type"], name);
        assert_eq!(json["seed"], 7);
        assert_eq!(json["summary"], json!({"rows": 569, "columns": 30, "anomalies": 29}), "{name}");
        let described = admin.get(&format!("/api/v1/detectors/{name}")).json();
        assert_eq!(json["detector_version"], described["version"]);
        assert_eq!(json["detector_digest"], described["digest"]);
        let flagged = |result: &&Value| result["is_anomaly"] == true;
        let results = json["results"].as_array().unwrap();
        assert_eq!(results.iter().filter(flagged).count(), 29);
        assert!(results.iter().enumerate().all(|(index, it)| it["index"] == index));
    }
}

#[test]
fn the_same_request_gives_the_same_bits_and_fuel() {
    let (one, other) = (server(), server());
    let rows = json!(dataset());
    for name in ["isolation_forest", "ecod", "knn"] {
        let [first, again, elsewhere] = [one.admin(), one.admin(), other.admin()]
            .map(|client| client.detect(name, &rows, &json!({})));
        let bits = |answer: &crate::support::Answer| {
            answer.scores().into_iter().map(f64::to_bits).collect::<Vec<_>>()
        };
        assert_eq!(bits(&first), bits(&again), "{name}");
        assert_eq!(bits(&first), bits(&elsewhere), "{name}");
        assert_eq!(first.json()["fuel_used"], elsewhere.json()["fuel_used"]);
    }
}

#[test]
fn a_seed_is_drawn_and_told_where_none_is_given() {
    let server = server();
    let admin = server.admin();
    let body = json!({"data": dataset()});
    let first = admin.post("/api/v1/detect", &body);
    let seed = first.json()["seed"].clone();
    assert!(seed.is_u64());
    let again = admin.detect("isolation_forest", &body["data"], &json!({"seed": seed}));
    assert_eq!(first.scores(), again.scores());
}

#[test]
fn a_threshold_of_ones_own_is_kept() {
    let server = server();
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [5.0], [60.0]]);
    let answer = server.admin().detect(
        "knn",
        &rows,
        &json!({"threshold": 50.0, "parameters": {"n_neighbors": 1}}),
    );
    assert_eq!(answer.json()["threshold"], 50.0);
    assert_eq!(answer.json()["summary"]["anomalies"], 1);
}

#[test]
fn health_readiness_metrics_and_documentation_answer_anyone() {
    let server = server();
    for path in ["/health", "/ready", "/metrics", "/openapi.json", "/docs"] {
        assert_eq!(server.anyone().get(path).status, 200, "{path}");
    }
    assert_eq!(server.anyone().get("/api/v1/detectors").status, 401);
}
