//! A plugin that behaves in the self-test and misbehaves later is not called for a while; others,
//! and what an admin has named, answer meanwhile.

use crate::support::{Answer, Client, Server, bundled, guest};
use serde_json::{Value, json};
use std::time::Duration;

const PLUGINS: &str = "/api/v1/admin/plugins";
/// Four faults open a breaker, and one second later one call tries.
const SETTINGS: [(&str, &str); 4] = [
    ("PYNOMALY_SELF_TEST", "true"),
    ("PYNOMALY_BREAKER_CALLS", "4"),
    ("PYNOMALY_BREAKER_PAUSE", "1"),
    ("PYNOMALY_BREAKER_PAUSE_MAX", "1"),
];
const PAUSE: Duration = Duration::from_millis(1_100);

fn rows() -> Value {
    json!([[1.0, 2.0], [2.0, 1.0], [1.5, 1.5], [1.0, 1.0], [2.0, 2.0], [1.2, 1.7], [9.0, -9.0]])
}

fn ask(client: &Client, detector: &str, mode: &str) -> Answer {
    client.detect(detector, &rows(), &json!({"parameters": {"mode": mode}, "seed": null}))
}

/// The hostile guest with other bytes each time; it is tried before it is taken.
fn promote(admin: &Client, mark: u8) -> String {
    promote_as(admin, mark, json!({"state": "active"}))
}

fn promote_as(admin: &Client, mark: u8, mut body: Value) -> String {
    let component = [&guest("hostile")[..], &[0, 3, 1, b'x', mark]].concat();
    let uploaded = admin.post_bytes(PLUGINS, "application/wasm", &component);
    assert_eq!(uploaded.status, 201, "{}", uploaded.text);
    let digest = uploaded.json()["digest"].as_str().unwrap().to_owned();
    body["digest"] = json!(digest);
    body["revision"] = version(admin, &digest)["revision"].clone();
    let promoted = admin.post(&format!("{PLUGINS}/hostile/promote"), &body);
    assert_eq!(promoted.status, 200, "{}", promoted.text);
    digest
}

fn version(admin: &Client, digest: &str) -> Value {
    let versions = admin.get(&format!("{PLUGINS}/hostile")).json()["items"].clone();
    let mut versions = versions.as_array().unwrap().iter();
    versions.find(|it| it["digest"] == digest).unwrap().clone()
}

fn fall_back(admin: &Client, digest: &str, mut body: Value) -> Answer {
    body["revision"] = version(admin, digest)["revision"].clone();
    admin.put(&format!("{PLUGINS}/hostile/fallback"), &body)
}

/// Has it fail until its breaker is open: at four calls, `good` ones among them.
fn break_it(client: &Client, good: usize) {
    for _ in good..4 {
        assert_eq!(ask(client, "hostile", "panic").code(), "plugin_trap");
    }
}

fn is_broken(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (503, "plugin_broken"));
    assert_eq!(answer.header("retry-after"), "1", "{answer:?}");
}

#[test]
fn plugin_that_fails_too_often_is_not_called_until_a_try_is_answered() {
    let server = Server::start_with(&[], &SETTINGS);
    let admin = server.admin();
    assert_eq!(admin.post_bytes(PLUGINS, "application/wasm", &bundled("knn")).status, 201);
    let digest = promote(&admin, 1);
    // What the client does wrong is no fault of the plugin's.
    for _ in 0..8 {
        assert_eq!(ask(&admin, "hostile", "made up").code(), "invalid_parameter");
    }
    assert_eq!(version(&admin, &digest).get("breaker"), None);
    break_it(&admin, 0);
    for detector in ["hostile".to_owned(), format!("hostile@{digest}")] {
        is_broken(&ask(&admin, &detector, "fine"));
    }
    let rows = json!({"parameters": {"n_neighbors": 2}, "seed": null});
    assert_eq!(admin.detect("knn@1.0.0", &self::rows(), &rows).status, 200);
    let breaker = version(&admin, &digest)["breaker"].clone();
    assert_eq!(
        [&breaker["state"], &breaker["trips"], &breaker["calls"], &breaker["faults"]],
        [&json!("open"), &json!(1), &json!(4), &json!(4)]
    );
    let metrics = admin.get("/metrics").text;
    let labels = "plugin=\"hostile\",version=\"1.0.0\"";
    for line in [
        format!("pynomaly_plugin_breaker_open{{{labels}}} 2"),
        format!("pynomaly_plugin_breaker_trips_total{{{labels}}} 1"),
        format!("pynomaly_plugin_breaker_refused_total{{{labels}}} 2"),
        format!("pynomaly_plugin_calls_total{{{labels}}} 4"),
        format!("pynomaly_plugin_errors_total{{kind=\"trap\",{labels}}} 4"),
        format!("pynomaly_plugin_call_duration_seconds_count{{{labels}}} 4"),
        "pynomaly_plugin_state{plugin=\"hostile\",state=\"active\",version=\"1.0.0\"} 1".to_owned(),
        "pynomaly_plugin_calls_total{plugin=\"knn\",version=\"1.0.0\"} 1".to_owned(),
        "pynomaly_detections_total{detector=\"hostile\",outcome=\"broken\"} 2".to_owned(),
    ] {
        assert!(metrics.contains(&line), "{line} in\n{metrics}");
    }

    // One try fails, the next is answered; then all is as before.
    std::thread::sleep(PAUSE);
    assert_eq!(ask(&admin, "hostile", "panic").code(), "plugin_trap");
    is_broken(&ask(&admin, "hostile", "fine"));
    std::thread::sleep(PAUSE);
    for _ in 0..3 {
        assert_eq!(ask(&admin, "hostile", "fine").status, 200);
    }
    assert_eq!(version(&admin, &digest)["breaker"]["state"], "closed");
    let metrics = admin.get("/metrics").text;
    assert!(metrics.contains(&format!("pynomaly_plugin_breaker_open{{{labels}}} 0")), "{metrics}");
}

#[test]
fn another_answers_in_its_stead_where_an_admin_says_so_and_the_answer_says_who() {
    // Long enough that nothing is tried meanwhile.
    let settings = [SETTINGS[0], SETTINGS[1], ("PYNOMALY_BREAKER_PAUSE", "3600")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let (first, second) = (promote(&admin, 1), promote(&admin, 2));
    let set = fall_back(&admin, &second, json!({"to": "previous"}));
    assert_eq!((set.status, &set.json()["to"]), (200, &json!("previous")), "{}", set.text);
    assert_eq!(version(&admin, &first)["fallback"]["to"], "previous");
    let sound = ask(&admin, "hostile", "fine").json();
    assert_eq!((&sound["degraded"], &sound["detector_digest"]), (&json!(false), &json!(second)));
    break_it(&admin, 1);

    let degraded = ask(&admin, "hostile", "fine");
    let answer = degraded.json();
    assert_eq!(answer["degraded"], true, "{}", degraded.text);
    assert_eq!(
        (&answer["detector_digest"], answer["parameters"]["mode"].as_str()),
        (&json!(first), Some("fine"))
    );
    assert_eq!(answer["pipeline"]["instead_of"]["detector_digest"], second);
    let id = answer["detection_id"].as_str().unwrap();
    let kept = admin.get(&format!("/api/v1/detections/{id}")).json();
    assert_eq!((&kept["degraded"], &kept["detector_digest"]), (&json!(true), &json!(first)));
    let replay = format!("/api/v1/detections/{id}/replay");
    let replayed = admin.post(&replay, &json!({"data": rows()})).json();
    assert_eq!(replayed["is_identical"], true, "{replayed}");
    assert_eq!(replayed["detector_digest"], first, "{replayed}");

    // Whoever names a version gets it or nobody, and nobody learns in its stead.
    let pinned = ask(&admin, &format!("hostile@{second}"), "fine");
    assert_eq!((pinned.status, pinned.code().as_str()), (503, "plugin_broken"));
    let body = json!({"name": "pumps", "data": rows(), "detector_type": "hostile"});
    assert_eq!(admin.post("/api/v1/models", &body).code(), "plugin_broken");
    let metrics = admin.get("/metrics").text;
    let line = "pynomaly_plugin_degraded_total{plugin=\"hostile\",version=\"1.0.0\"} 1";
    assert!(metrics.contains(line), "{metrics}");

    // Another detector takes its own parameters.
    let other = json!({"to": "detector", "detector_type": "isolation_forest"});
    assert_eq!(fall_back(&admin, &second, other).status, 200);
    let answer = ask(&admin, "hostile", "fine").json();
    assert_eq!(
        (&answer["detector_type"], &answer["parameters"]["n_estimators"], &answer["degraded"]),
        (&json!("isolation_forest"), &json!(100), &json!(true))
    );
    assert_eq!(answer["pipeline"]["instead_of"]["detector_type"], "hostile");
    assert_eq!(fall_back(&admin, &second, json!({"to": "nobody"})).status, 200);
    assert_eq!(ask(&admin, "hostile", "fine").code(), "plugin_broken");
    let logs = admin.get("/api/v1/admin/audit-logs?action=plugin.fallback").json();
    assert_eq!(logs["items"].as_array().unwrap().len(), 3, "{logs}");
}

#[test]
fn in_the_stead_of_a_canary_the_active_version_answers() {
    let settings = [SETTINGS[0], SETTINGS[1], ("PYNOMALY_BREAKER_PAUSE", "3600")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let first = promote(&admin, 1);
    let canary = json!({"state": "canary", "canary": {"percent": 100, "sticky": "tenant"}});
    let second = promote_as(&admin, 2, canary);
    assert_eq!(fall_back(&admin, &second, json!({"to": "previous"})).status, 200);
    break_it(&admin, 0);
    let answer = ask(&admin, "hostile", "fine").json();
    assert_eq!((&answer["degraded"], &answer["detector_digest"]), (&json!(true), &json!(first)));
    assert_eq!(answer["pipeline"]["instead_of"]["detector_digest"], second);
    // The active one fails too: nobody is left.
    for _ in 0..4 {
        assert_eq!(ask(&admin, "hostile", "panic").code(), "plugin_broken");
    }
    assert_eq!(ask(&admin, "hostile", "fine").code(), "plugin_broken");
    assert_eq!(version(&admin, &first)["breaker"]["state"], "open");
}

#[test]
fn each_server_has_its_own_and_all_follow_the_fallback() {
    let secret = ("JWT_SECRET", "the same 32 bytes or more on both of them");
    let pause = ("PYNOMALY_BREAKER_PAUSE", "3600");
    let a = Server::start_with(&[], &[SETTINGS[0], SETTINGS[1], secret, pause]);
    let admin = a.admin();
    let digest = promote(&admin, 1);
    let url = a.database_url();
    let b = Server::start_with(&[], &[SETTINGS[1], secret, pause, ("DATABASE_URL", &url)]);
    let on_b = b.anyone().with_token(admin.token());
    break_it(&admin, 0);
    assert_eq!(ask(&admin, "hostile", "fine").code(), "plugin_broken");
    // What is wrong there need not be wrong here.
    assert_eq!(ask(&on_b, "hostile", "fine").status, 200);
    assert_eq!(version(&on_b, &digest)["breaker"]["state"], "closed");
    let other = json!({"to": "detector", "detector_type": "isolation_forest"});
    assert_eq!(fall_back(&admin, &digest, other).status, 200);
    std::thread::sleep(Duration::from_secs(1));
    break_it(&on_b, 1);
    assert_eq!(ask(&on_b, "hostile", "fine").json()["detector_type"], "isolation_forest");
}

#[test]
fn wrong_fallbacks_are_refused_by_field() {
    let server = Server::start_with(&[], &SETTINGS);
    let admin = server.admin();
    let digest = promote(&admin, 1);
    for (body, pointer) in [
        (json!({"to": "detector"}), "/detector_type"),
        (json!({"to": "previous", "detector_type": "isolation_forest"}), "/detector_type"),
        (json!({"to": "detector", "detector_type": "made_up"}), "/detector_type"),
        (json!({"to": "detector", "detector_type": "hostile"}), "/detector_type"),
        (json!({"to": "detector", "detector_type": "ensemble"}), "/detector_type"),
        (json!({"to": "somebody"}), "/to"),
    ] {
        let refused = fall_back(&admin, &digest, body);
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    let late = json!({"to": "previous", "revision": 0});
    let late = admin.put(&format!("{PLUGINS}/hostile/fallback"), &late);
    assert_eq!((late.status, late.code().as_str()), (409, "changed"));
    let unknown =
        admin.put(&format!("{PLUGINS}/lof/fallback"), &json!({"to": "nobody", "revision": 0}));
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "not_found"));
}

#[test]
fn models_that_it_fitted_are_refused_too() {
    let server = Server::start_with(&[], &SETTINGS);
    let admin = server.admin();
    let digest = promote(&admin, 1);
    assert_eq!(fall_back(&admin, &digest, json!({"to": "previous"})).status, 200);
    let parameters = json!({"mode": "too_few_contributions"});
    let body = json!({"name": "pumps", "data": rows(), "detector_type": "hostile",
                      "parameters": parameters});
    let model = admin.post("/api/v1/models", &body);
    assert_eq!(model.status, 201, "{}", model.text);
    let id = model.json()["model_id"].as_str().unwrap().to_owned();
    let warm = "pynomaly_plugin_warm_models{plugin=\"hostile\",version=\"1.0.0\"} 1";
    assert!(admin.get("/metrics").text.contains(warm));
    let score = |explain: bool| {
        let body = json!({"data": rows(), "explain": explain});
        admin.post(&format!("/api/v1/models/{id}/score"), &body)
    };
    assert_eq!(score(false).status, 200);
    // The state that it is loaded from forgets how to misbehave: the fault is of the first.
    assert_eq!(score(true).code(), "plugin_contract");
    assert_eq!(ask(&admin, "hostile", "nan_score").code(), "plugin_contract");
    is_broken(&score(false));
    std::thread::sleep(PAUSE);
    assert_eq!(score(false).status, 200);
}
