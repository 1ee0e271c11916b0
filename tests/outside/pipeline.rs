//! Before and after the detector, over a real port: scales, missing values, reasons by plugins and
//! for plugins.

use crate::support::{Answer, Server, bundled};
use serde_json::{Value, json};

fn server() -> Server {
    let names = ["ecod", "hbos", "knn", "lof", "mad", "mahalanobis", "mcd"];
    let components: Vec<_> =
        names.iter().map(|name| (format!("{name}.wasm"), bundled(name))).collect();
    let files: Vec<_> =
        components.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice())).collect();
    Server::start(&files)
}

/// 80 rows of a small and a large column and one that is constant; the last is far out in the
/// small one.
fn rows() -> Vec<[f64; 3]> {
    let row = |at: usize| {
        let small = (at * at % 37) as f64 / 37.0;
        [small, (at * 11 % 41) as f64 * 1e5, 3.0]
    };
    let mut rows: Vec<_> = (0..80).map(row).collect();
    rows[79][0] = 4.0;
    rows
}

/// The row that scores highest.
fn highest(answer: &Answer) -> usize {
    let scores = answer.scores();
    (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap()
}

#[test]
fn scaling_lets_a_detector_of_distances_see_the_small_column() {
    let server = server();
    let admin = server.admin();
    let plain = admin.detect("knn", &json!(rows()), &json!({}));
    assert_ne!(highest(&plain), 79);
    for scaling in ["standard", "robust", "minmax"] {
        let scaled = admin.detect("knn", &json!(rows()), &json!({"scaling": scaling}));
        assert_eq!(highest(&scaled), 79, "{scaling}");
    }
    let wrong = admin.detect("knn", &json!(rows()), &json!({"scaling": "log"}));
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "invalid_body"));
}

#[test]
fn thresholds_are_found_and_small_deviations_left_alone() {
    let server = server();
    let admin = server.admin();
    for (name, method) in [("auto", "iqr"), ("auto:mad", "mad"), ("auto:pot", "pot")] {
        let answer = admin.detect("mad", &json!(rows()), &json!({"threshold": name}));
        assert_eq!(answer.json()["pipeline"]["cut"], json!({"auto": method}), "{}", answer.text);
        let threshold = answer.json()["threshold"].as_f64().unwrap();
        let above = answer.scores().iter().filter(|score| **score > threshold).count();
        assert_eq!(answer.json()["summary"]["anomalies"], above, "{name}");
    }
    // The one row that is far out is within 5 of its column's median; the others anyway.
    let suppress = json!({"absolute": [5, 0, 0], "relative": [0, 2, 0]});
    let answer = admin.detect("mad", &json!(rows()), &json!({"suppress": suppress}));
    assert_eq!(answer.json()["summary"]["anomalies"], 0, "{}", answer.text);
    assert_eq!(answer.json()["results"][79]["is_suppressed"], true);
    let wrong = admin.detect("mad", &json!(rows()), &json!({"suppress": {"absolute": [1]}}));
    assert_eq!((wrong.status, wrong.code().as_str()), (422, "invalid_suppress"));
}

/// Contributions of each row, and what of its score they leave.
fn parts(answer: &Answer) -> (Vec<Vec<f64>>, Vec<f64>) {
    let json = answer.json();
    let numbers = |result: &Value| {
        let parts = result["contributions"].as_array().unwrap_or_else(|| panic!("{result}"));
        parts.iter().map(|part| part.as_f64().unwrap()).collect::<Vec<_>>()
    };
    let rows: Vec<_> = json["results"].as_array().unwrap().iter().map(numbers).collect();
    let scores = answer.scores();
    let bases = rows.iter().zip(scores).map(|(row, score)| score - row.iter().sum::<f64>());
    (rows.clone(), bases.collect())
}

#[test]
fn every_detector_says_why_and_its_reasons_sum_to_its_scores() {
    let server = server();
    let admin = server.admin();
    let methods = [
        ("isolation_forest", "paths"),
        ("ecod", "exact"),
        ("hbos", "exact"),
        ("mad", "exact"),
        ("knn", "exact"),
        ("lof", "shapley"),
    ];
    for (name, method) in methods {
        let asked = json!({"explain": true, "scaling": "robust"});
        let answer = admin.detect(name, &json!(rows()), &asked);
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        assert_eq!(answer.json()["pipeline"]["explained"], method, "{name}");
        let card = admin.get(&format!("/api/v1/detectors/{name}")).json();
        assert_eq!(card["is_explaining"], method != "shapley", "{name}");
        let (rows, bases) = parts(&answer);
        let far = bases.iter().map(|base| (base - bases[0]).abs()).fold(0.0, f64::max);
        assert!(far < 1e-6, "{name}: {far}");
        let last = &rows[79];
        assert!(last[0] > last[1].abs() && last[0] > 0.0, "{name}: {last:?}");
        if method != "exact" {
            assert!(rows.iter().all(|row| row[2] == 0.0), "{name}");
        }
        let again = admin.detect(name, &json!(self::rows()), &asked);
        assert_eq!(parts(&again).0, rows, "{name}");
    }
    for name in ["mahalanobis", "mcd"] {
        let asked = json!({"explain": true});
        let two: Vec<_> = rows_of_two();
        let answer = admin.detect(name, &json!(two), &asked);
        assert_eq!(answer.json()["pipeline"]["explained"], "exact", "{name}: {}", answer.text);
    }
}

fn rows_of_two() -> Vec<[f64; 2]> {
    rows().iter().map(|row| [row[0], row[1]]).collect()
}

/// A detector of series sees the whole series again, with the median in place of its values.
#[test]
fn detectors_of_series_and_streams_and_all_others_say_why_too() {
    let names = [
        "cblof",
        "ewma",
        "half_space_trees",
        "inne",
        "kde",
        "lof",
        "matrix_profile",
        "rcf",
        "spectral_residual",
        "stl",
        "sub_pca",
    ];
    let components: Vec<_> =
        names.iter().map(|name| (format!("{name}.wasm"), bundled(name))).collect();
    let files: Vec<_> =
        components.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice())).collect();
    let server = Server::start(&files);
    let admin = server.admin();
    let value = |at: usize| {
        let season = (at as f64 / 24.0 * std::f64::consts::TAU).sin();
        season + (at * at % 101) as f64 * 0.003 + if at == 150 { 6.0 } else { 0.0 }
    };
    let series: Vec<_> = (0..200).map(|at| [value(at)]).collect();
    for name in names {
        let answer = admin.detect(name, &json!(series), &json!({"explain": true}));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let method = if ["cblof", "rcf"].contains(&name) { "exact" } else { "shapley" };
        assert_eq!(answer.json()["pipeline"]["explained"], method, "{name}");
        let (rows, _) = parts(&answer);
        // Against a flat series, which to a detector of shapes is itself out of the ordinary.
        let is_of_shapes = name == "matrix_profile";
        assert!(rows[150][0] > 0.0 || is_of_shapes, "{name}: {:?}", rows[150]);
    }
}

#[test]
fn a_model_of_a_plugin_explains_and_replays_after_a_restart_of_its_instance() {
    let server = server();
    let admin = server.admin();
    let body = json!({"name": "pumps", "data": rows(), "detector_type": "lof", "seed": 7,
                      "scaling": "standard", "missing": "impute_median"});
    let model = admin.post("/api/v1/models", &body);
    assert_eq!(model.status, 201, "{}", model.text);
    let path = format!("/api/v1/models/{}/score", model.json()["model_id"].as_str().unwrap());
    let asked = json!({"data": [[null, 2e6, 3.0], [4.0, null, 3.0]], "explain": true,
                       "keep_data": true});
    let scored = admin.post(&path, &asked);
    assert_eq!(scored.status, 200, "{}", scored.text);
    let (rows, _) = parts(&scored);
    // What was missing became the median, and that is unremarkable.
    assert_eq!((rows[0][0], rows[1][1]), (0.0, 0.0));
    assert!(rows[1][0] > 0.0);
    let id = scored.json()["detection_id"].as_str().unwrap().to_owned();
    let replayed = admin.post(&format!("/api/v1/detections/{id}/replay"), &json!({}));
    assert_eq!(replayed.json()["is_identical"], true, "{}", replayed.text);
}

#[test]
fn more_values_than_can_be_explained_are_refused_by_name() {
    let server = server();
    let rows: Vec<_> = (0..131_073).map(|row| [row % 7, row % 11]).collect();
    let answer = server.admin().detect("ecod", &json!(rows), &json!({"explain": true}));
    assert_eq!((answer.status, answer.code().as_str()), (422, "too_much_to_explain"));
    assert!(answer.text.contains("262144"), "{}", answer.text);
}
