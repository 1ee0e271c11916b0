//! A model is scored by what fitted it, whatever becomes of the plugin.

use crate::support::{Client, Server, guest};
use serde_json::{Value, json};

fn rows() -> Value {
    json!([[1.0], [2.0], [9.0], [1.5]])
}

fn fit(client: &Client, detector: &str) -> Value {
    let body = json!({"name": "pumps", "data": rows(), "detector_type": detector, "seed": 7});
    let answer = client.post("/api/v1/models", &body);
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn score(client: &Client, model: &Value) -> Value {
    let path = format!("/api/v1/models/{}/score", model["model_id"].as_str().unwrap());
    let answer = client.post(&path, &json!({"data": rows()}));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[test]
fn model_stays_with_the_version_that_fitted_it() {
    let mut server = Server::start(&[("twin.wasm", &guest("twin_1"))]);
    let admin = server.admin();
    let first = fit(&admin, "twin");
    let scored = score(&admin, &first);

    server.put_plugin("twin.wasm", &guest("twin_2"));
    let started = std::time::Instant::now();
    while admin.get("/api/v1/detectors/twin").json()["version"] != "2.0.0" {
        assert!(started.elapsed().as_secs() < 20, "the second version is not served");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = fit(&admin, "twin");
    assert_eq!((&first["version"], &second["version"]), (&json!(1), &json!(2)));
    assert_ne!(first["detector_digest"], second["detector_digest"]);
    let again = score(&admin, &first);
    assert_eq!(again["detector_digest"], first["detector_digest"]);
    assert_eq!(again["results"], scored["results"]);
    assert_ne!(score(&admin, &second)["results"], scored["results"]);

    // Without the plugin, and without anything in memory.
    std::fs::remove_file(server.plugin_folder().join("twin.wasm")).unwrap();
    server.terminate();
    server.restart();
    let admin = server.admin();
    assert_eq!(admin.get("/api/v1/detectors/twin").status, 404);
    assert_eq!(score(&admin, &first)["results"], scored["results"]);
    let detection = again["detection_id"].as_str().unwrap();
    let path = format!("/api/v1/detections/{detection}/replay");
    let replayed = admin.post(&path, &json!({"data": rows()}));
    assert_eq!(replayed.json()["is_identical"], true, "{}", replayed.text);
}

#[test]
fn text_that_is_sql_is_only_text() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let nasty = "'); DROP TABLE users; --\" OR 1=1 $1 ? \u{1F4A5}";
    let detect = json!({"data": rows(), "detector_type": nasty});
    let named = json!({"name": nasty, "data": rows()});
    let encoded = "%27%29%3B%20DROP%20TABLE%20users%3B--";
    let requests = [
        admin.post("/api/v1/auth/login", &json!({"email": nasty, "password": nasty})),
        admin.post("/api/v1/auth/refresh", &json!({"refresh_token": nasty})),
        admin.post("/api/v1/detect", &detect),
        admin.post("/api/v1/models", &named),
        admin.post("/api/v1/api-keys", &json!({"name": nasty, "scopes": [nasty]})),
        admin.post("/api/v1/api-keys", &json!({"name": nasty})),
        admin.post("/api/v1/admin/users", &json!({"email": nasty, "role": "viewer"})),
        admin.post("/api/v1/admin/tenants", &json!({"name": nasty, "admin_email": "a@b"})),
        admin.get(&format!("/api/v1/models?name={encoded}")),
        admin.get(&format!("/api/v1/models/{encoded}")),
        admin.get(&format!("/api/v1/detections?detector_type={encoded}")),
        admin.get(&format!("/api/v1/admin/audit-logs?action={encoded}")),
        admin.get(&format!("/api/v1/detectors/{encoded}")),
    ];
    for answer in requests {
        assert!((200..500).contains(&answer.status), "{answer:?}");
    }
    let models = admin.get(&format!("/api/v1/models?name={}", "pumps")).json();
    assert_eq!(models["items"], json!([]));
    let named = admin.get("/api/v1/models").json();
    assert_eq!(named["items"][0]["name"], nasty);
    assert_eq!(admin.get("/api/v1/admin/users").status, 200);
}
