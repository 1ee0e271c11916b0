//! Several detectors as one: detections, models and replays, whatever becomes of the members.

use crate::support::{Client, Server, bundled};
use serde_json::{Value, json};

fn server() -> Server {
    Server::start(&[("ecod.wasm", &bundled("ecod")), ("knn.wasm", &bundled("knn"))])
}

/// 90 rows around a circle, and one in its middle that is out of no column's range.
fn rows() -> Value {
    let around = |at: usize| {
        let angle = at as f64 / 90.0 * std::f64::consts::TAU;
        [angle.cos(), angle.sin() * 1e3]
    };
    let mut rows: Vec<_> = (0..90).map(around).collect();
    rows.push([0.0, 0.0]);
    json!(rows)
}

fn score(client: &Client, model: &Value) -> Value {
    let path = format!("/api/v1/models/{}/score", model["model_id"].as_str().unwrap());
    let answer = client.post(&path, &json!({"data": rows(), "keep_data": true}));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn is_replayed(client: &Client, detection: &Value) -> bool {
    let id = detection["detection_id"].as_str().unwrap();
    let answer = client.post(&format!("/api/v1/detections/{id}/replay"), &json!({}));
    answer.json()["is_identical"] == true
}

#[test]
fn default_members_judge_together_and_are_named() {
    let server = server();
    let admin = server.admin();
    let answer = admin.detect("ensemble", &rows(), &json!({"keep_data": true}));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let detection = answer.json();
    let members = detection["pipeline"]["members"].as_array().unwrap();
    let names: Vec<_> = members.iter().map(|member| member["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["isolation_forest", "ecod", "knn"]);
    let digest = admin.get("/api/v1/detectors/knn").json()["digest"].clone();
    assert_eq!(members[2]["detector_digest"], digest);
    assert!(detection["fuel_used"].as_u64().unwrap() > 0);
    let scores = answer.scores();
    assert!(scores.iter().all(|score| score.abs() <= 5.0), "{scores:?}");
    assert!(is_replayed(&admin, &detection));
    let cached = admin.detect("ensemble", &rows(), &json!({"keep_data": true}));
    assert_eq!(cached.scores(), scores);
}

#[test]
fn members_are_chosen_with_their_parameters_and_scales() {
    let server = server();
    let admin = server.admin();
    let asked = |members: &str| {
        admin.detect("ensemble", &rows(), &json!({"parameters": {"members": members}}))
    };
    let scaled = asked("near: knn(n_neighbors=3, scaling=minmax) + far: knn(n_neighbors=9)");
    assert_eq!(scaled.status, 200, "{}", scaled.text);
    let plain = asked("near: knn(n_neighbors=3) + far: knn(n_neighbors=9)");
    assert_ne!(scaled.scores(), plain.scores());
    let middle = asked("knn(n_neighbors=3, scaling=minmax)").scores();
    assert!(middle[..90].iter().all(|score| *score < middle[90]), "{middle:?}");
    let wrong = [
        ("knn + nobody", "nobody: there is no detector `nobody`"),
        ("knn(k=3)", "knn: there is no parameter `k`"),
        ("knn(n_neighbors=0)", "knn: `n_neighbors` must be"),
        ("knn(scaling=log)", "knn: there is no scaling"),
        ("knn(", "is not written as"),
        ("ensemble", "`ensemble` is an ensemble itself"),
    ];
    for (members, message) in wrong {
        let answer = asked(members);
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_parameter"));
        let problem = answer.json();
        assert_eq!(problem["errors"][0]["pointer"], "/parameters/members", "{members}");
        assert!(answer.text.contains(message), "{members}: {}", answer.text);
    }
}

#[test]
fn a_model_of_an_ensemble_outlives_its_members_plugins() {
    let mut server = server();
    let admin = server.admin();
    let body = json!({"name": "all", "data": rows(), "detector_type": "ensemble", "seed": 7,
                      "scaling": "robust", "missing": "impute_median"});
    let fitted = admin.post("/api/v1/models", &body);
    assert_eq!(fitted.status, 201, "{}", fitted.text);
    let model = fitted.json();
    let scored = score(&admin, &model);
    assert!(is_replayed(&admin, &scored));

    // Without the plugins, and without anything in memory.
    for name in ["ecod.wasm", "knn.wasm"] {
        std::fs::remove_file(server.plugin_folder().join(name)).unwrap();
    }
    server.terminate();
    server.restart();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/detectors/knn").status, 404);
    assert_eq!(score(&admin, &model)["results"], scored["results"]);
    assert!(is_replayed(&admin, &scored));
    let none = admin.detect("ensemble", &rows(), &json!({}));
    assert_eq!((none.status, none.code().as_str()), (422, "invalid_parameter"));
}

#[test]
fn missing_values_go_to_the_members_that_take_them_and_medians_to_the_others() {
    let server = server();
    let admin = server.admin();
    let mut holed = rows();
    holed[7] = json!([null, 1e5]);
    let whole = admin.detect("ensemble", &rows(), &json!({}));
    let answer = admin.detect("ensemble", &holed, &json!({"keep_data": true}));
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(is_replayed(&admin, &answer.json()));
    let scores = answer.scores();
    assert!(scores.iter().all(|score| *score <= scores[7]), "{scores:?}");
    assert_ne!(scores, whole.scores());
    let asked = |members: &str, missing: &str| {
        let body = json!({"parameters": {"members": members}, "missing": missing});
        admin.detect("ensemble", &holed, &body).scores()
    };
    assert_eq!(asked("ecod + knn", "error"), asked("ecod + knn", "impute_median"));
    let forest = "isolation_forest";
    assert_ne!(asked(forest, "error"), asked(forest, "impute_median"));
}

#[test]
fn an_ensemble_says_why() {
    let server = server();
    let admin = server.admin();
    let mut rows = rows();
    rows[90] = json!([9.0, 0.0]);
    let answer = admin.detect("ensemble", &rows, &json!({"explain": true}));
    assert_eq!(answer.json()["pipeline"]["explained"], "shapley", "{}", answer.text);
    let contributions = answer.json()["results"][90]["contributions"].clone();
    let of = |column: usize| contributions[column].as_f64().unwrap();
    assert!(of(0) > of(1).abs(), "{contributions}");
}
