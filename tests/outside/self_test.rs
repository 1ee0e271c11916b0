//! Nothing becomes a version that does not keep its promises; what it costs is known from then on.

use crate::support::{Client, Server, bundled, guest};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PLUGINS: &str = "/api/v1/admin/plugins";
const ON: (&str, &str) = ("PYNOMALY_SELF_TEST", "true");

fn rows(count: u32) -> Value {
    (0..count).map(|row| json!([f64::from(row * row % 997), f64::from(row % 13)])).collect()
}

fn items(admin: &Client, path: &str) -> Vec<Value> {
    admin.get(path).json()["items"].as_array().unwrap().clone()
}

fn upload(admin: &Client, component: &[u8]) -> crate::support::Answer {
    admin.post_bytes(PLUGINS, "application/wasm", component)
}

#[test]
fn component_that_breaks_a_promise_is_refused_with_the_check_and_the_cause() {
    let server = Server::start_with(&[], &[ON]);
    let admin = server.admin();
    let refused = upload(&admin, &guest("twin_1"));
    assert_eq!((refused.status, refused.code().as_str()), (422, "plugin_refused"));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    let expected = "self-test: quality: the ROC AUC on `far_rows` is 0.417, below the floor of 0.5";
    assert_eq!(detail, expected);
    let refused = upload(&admin, &guest("abilities")).json();
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.starts_with("self-test: saved_state: load of what was saved"), "{detail}");
    assert!(detail.ends_with("(so did cost)"), "{detail}");
    assert_eq!(items(&admin, PLUGINS), [] as [Value; 0]);
    let logs = items(&admin, "/api/v1/admin/audit-logs?action=plugin.upload");
    assert!(logs.len() == 2 && logs.iter().all(|it| it["outcome"] == "refused"), "{logs:?}");
}

#[test]
fn report_and_cost_card_are_kept_and_refuse_what_cannot_finish_after_a_restart_too() {
    let mut server = Server::start_with(&[], &[ON]);
    let admin = server.admin();
    let uploaded = upload(&admin, &bundled("kde"));
    assert_eq!(uploaded.status, 201, "{}", uploaded.text);
    let digest = uploaded.json()["digest"].as_str().unwrap().to_owned();
    let kde = &items(&admin, &format!("{PLUGINS}/kde"))[0];
    assert_eq!((&kde["report"]["passed"], &kde["report"]["name"]), (&json!(true), &json!("kde")));
    assert_eq!(kde["report"]["checks"].as_array().unwrap().len(), 12, "{kde}");
    assert_eq!(kde["cost"]["digest"], digest);
    let card = admin.get(&format!("/api/v1/detectors/kde@{digest}")).json();
    assert_eq!(card["cost"], kde["cost"]);
    let list = &items(&admin, PLUGINS)[0];
    assert!(list.get("report").is_none() && list.get("cost").is_none(), "{list}");

    // With less fuel than it was tried with, and without another self-test.
    server.kill();
    server.set(&[("PYNOMALY_PLUGIN_FUEL_MAX", "200000000"), ("PYNOMALY_BREAKER_CALLS", "2")]);
    server.restart();
    let admin = server.admin();
    let refused = admin.detect(&format!("kde@{digest}"), &rows(10_000), &json!({}));
    assert_eq!((refused.status, refused.code().as_str()), (422, "too_costly"));
    assert_eq!(admin.get(&format!("/api/v1/detectors/kde@{digest}")).json()["cost"], kde["cost"]);
    // Who asks for more than there can be is no reason not to call it any more.
    for _ in 0..4 {
        let other = json!({"parameters": {"bandwidth": 2.5}});
        let limit = admin.detect(&format!("kde@{digest}"), &rows(10_000), &other);
        assert_eq!(limit.code(), "plugin_limit_fuel");
    }
    assert_eq!(admin.detect(&format!("kde@{digest}"), &rows(100), &json!({})).status, 200);
}

#[test]
fn files_of_the_folder_are_tested_once_and_hold_up_nobody() {
    let files = [
        ("ecod.wasm", &bundled("ecod")[..]),
        ("knn.wasm", &bundled("knn")),
        ("twin.wasm", &guest("twin_1")),
    ];
    let mut server = Server::start_with(&files, &[ON]);
    let admin = server.admin();
    // The server was ready before they were; how long they take is not its clients' concern.
    let (started, waiting) = (Instant::now(), |it: &Value| it["state"] == "waiting");
    while items(&admin, PLUGINS).iter().any(waiting) {
        assert!(started.elapsed() < Duration::from_secs(120), "{:?}", items(&admin, PLUGINS));
        std::thread::sleep(Duration::from_millis(50));
    }
    let found = |admin: &Client| -> Vec<_> {
        let of = |it: &Value| (it["detector_type"].clone(), it["state"].clone());
        items(admin, PLUGINS).iter().map(of).collect()
    };
    let expected = [
        (json!("ecod"), json!("active")),
        (json!("knn"), json!("active")),
        (json!(null), json!("refused")),
    ];
    assert_eq!(found(&admin), expected);
    let reason = items(&admin, PLUGINS)[2]["refused"]["reason"].clone();
    assert!(reason.as_str().unwrap().starts_with("self-test: quality: "), "{reason}");
    assert!(admin.get("/api/v1/detectors/knn").json()["cost"].is_object());

    // What is stored is not tested again: it serves as soon as the server is ready.
    let (stopped, _) = server.terminate();
    assert!(stopped);
    server.restart();
    let admin = server.admin();
    for detector in ["ecod", "knn"] {
        let card = admin.get(&format!("/api/v1/detectors/{detector}"));
        assert!(card.json()["cost"].is_object(), "{}", card.text);
    }
}
