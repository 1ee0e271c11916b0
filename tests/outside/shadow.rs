//! Versions in shadow: what they would have said is compared, decides who may serve, and never
//! reaches or harms a caller.

use crate::plugins::KEY;
use crate::support::{Answer, Client, Server, guest};
use pynomaly_test_services::Postgres;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PLUGINS: &str = "/api/v1/admin/plugins";
/// The time of a call says nothing on a machine that runs tests.
const ANY_TIME: (&str, &str) = ("PYNOMALY_GATE_LATENCY_RATIO_MAX", "1000000");

fn upload(admin: &Client, name: &str) -> String {
    let answer = admin.post_bytes(PLUGINS, "application/wasm", &guest(name));
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    answer.json()["digest"].as_str().unwrap().to_owned()
}

/// Signs it, trusts the key, and uploads it; its digest.
fn upload_signed(server: &Server, admin: &Client, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (plain, key, signed) = (path("plain.wasm"), path("key.pem"), path("signed.wasm"));
    std::fs::write(&plain, guest(name)).unwrap();
    std::fs::write(&key, KEY).unwrap();
    let sign = ["plugin", "sign", &plain, "--key", &key, "--embed", &signed];
    let (is_signed, output) = server.run(&sign);
    assert!(is_signed, "{output}");
    let public = output.lines().find_map(|line| line.strip_prefix("public key: ")).unwrap();
    let trusted = json!({"public_key": public, "owner": "Ada", "scope": ["twin"]});
    let trusted = admin.post("/api/v1/admin/plugin-keys", &trusted);
    assert!([200, 201, 409].contains(&trusted.status), "{trusted:?}");
    let answer = admin.post_bytes(PLUGINS, "application/wasm", &std::fs::read(&signed).unwrap());
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["digest"].as_str().unwrap().to_owned()
}

/// Promotes to what `more` says.
fn promote(admin: &Client, digest: &str, more: Value) -> Answer {
    let versions = admin.get(&format!("{PLUGINS}/twin")).json();
    let mut body = json!({"digest": digest, "revision": versions["items"][0]["revision"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post(&format!("{PLUGINS}/twin/promote"), &body)
}

/// `twin_1` serves, and `candidate` sees all that it is asked; the digests of both.
fn shadow(admin: &Client, candidate: &str) -> [String; 2] {
    let digests = ["twin_1", candidate].map(|name| upload(admin, name));
    assert_eq!(promote(admin, &digests[0], json!({})).status, 200);
    let in_shadow = json!({"state": "shadow", "shadow": {"percent": 100}});
    let promoted = promote(admin, &digests[1], in_shadow);
    assert_eq!(promoted.json()["shadow"]["percent"], 100, "{promoted:?}");
    digests
}

/// Twenty rows that differ from request to request; the first begins with `first`.
fn rows(request: u64, first: f64) -> Value {
    let row = |row: u64| if row == 0 { first } else { ((row * 7 + request * 13) % 101) as f64 };
    json!((0..20).map(|it| [row(it)]).collect::<Vec<_>>())
}

/// Asks, and is answered by `twin_1`, whatever goes on beside it.
fn ask(client: &Client, active: &str, request: u64, first: f64) {
    let rows = rows(request, first);
    let answer = client.detect("twin", &rows, &json!({"seed": null}));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["detector_digest"], active);
    let expected: Vec<f64> =
        rows.as_array().unwrap().iter().map(|row| row[0].as_f64().unwrap()).collect();
    assert_eq!(answer.scores(), expected);
}

fn compared(admin: &Client, candidate: &str) -> Value {
    admin.get(&format!("{PLUGINS}/twin/comparison?candidate={candidate}")).json()
}

/// Waits until so many requests were compared or dropped.
fn wait(admin: &Client, candidate: &str, requests: u64) -> Value {
    let started = Instant::now();
    loop {
        let found = compared(admin, candidate);
        let count = |name: &str| found[name].as_u64().unwrap();
        let seen = count("requests") + count("dropped");
        assert!(seen <= requests, "{found}");
        if seen == requests {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{found}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Names of the limits that were not kept.
fn failed(answer: &Answer) -> Vec<String> {
    assert_eq!((answer.status, answer.code().as_str()), (409, "gate"), "{answer:?}");
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let name = |error: &Value| error["pointer"].as_str().unwrap().replace("/gate/", "");
    errors.iter().map(name).collect()
}

#[test]
fn equal_twin_passes_the_gate() {
    let server = Server::start_with(&[], &[ANY_TIME]);
    let admin = server.admin();
    let [active, candidate] = shadow(&admin, "twin_3");
    let early = promote(&admin, &candidate, json!({}));
    assert_eq!(failed(&early)[0], "requests_min");
    (0..120).for_each(|request| ask(&admin, &active, request, 5.0));
    let found = wait(&admin, &candidate, 120);
    println!("{found:#}");
    assert_eq!((&found["requests"], &found["compared"]), (&json!(120), &json!(120)));
    for name in ["rank_correlation", "kendall", "overlap"] {
        let figure = &found[name];
        assert_eq!([&figure["low"], &figure["value"], &figure["high"]], [1.0; 3], "{name}");
    }
    assert_eq!(found["population_stability"]["high"], 0.0);
    assert_eq!(found["candidate_errors"]["value"], 0.0);
    let fuel = found["fuel_ratio"]["value"].as_f64().unwrap();
    assert!((0.8..1.25).contains(&fuel), "{fuel}");
    assert!(found["latency_ratio"]["count"].as_u64().unwrap() > 0);
    assert_eq!(found["gate"]["passed"], true);
    // What comes of a fit is compared as well.
    let fit = json!({"name": "m", "detector_type": "twin", "data": rows(1, 5.0)});
    assert_eq!(admin.post("/api/v1/models", &fit).status, 201);
    wait(&admin, &candidate, 121);
    // Who names a version asks for that one, and nobody else's opinion.
    let pinned = admin.detect(&format!("twin@{active}"), &rows(1, 5.0), &json!({"seed": null}));
    assert_eq!(pinned.status, 200);
    wait(&admin, &candidate, 121);
    let metrics = admin.get("/metrics").text;
    let line = "pynomaly_shadow_requests_total{detector=\"twin\",outcome=\"answered\"} 121";
    assert!(metrics.contains(line), "{metrics}");
    assert_eq!(promote(&admin, &candidate, json!({})).status, 200);
}

#[test]
fn changed_twin_is_refused_unless_somebody_has_his_reasons() {
    let server = Server::start_with(&[], &[ANY_TIME]);
    let admin = server.admin();
    let [active, candidate] = shadow(&admin, "twin_2");
    (0..110).for_each(|request| ask(&admin, &active, request, 5.0));
    let found = wait(&admin, &candidate, 110);
    assert_eq!(found["rank_correlation"]["value"], 1.0, "{found}");
    for state in ["active", "canary"] {
        let mut to = json!({"state": state});
        if state == "canary" {
            to["canary"] = json!({"percent": 5, "sticky": "tenant"});
        }
        let refused = promote(&admin, &candidate, to);
        assert_eq!(failed(&refused), ["population_stability_max"]);
        assert!(refused.text.contains("must be at most 0.25"), "{refused:?}");
    }
    ask(&admin, &active, 0, 5.0);
    let force = json!({"force": {"reason": "its scores are meant to be others"}});
    assert_eq!(promote(&admin, &candidate, force).status, 200);
    let logs = admin.get("/api/v1/admin/audit-logs?action=plugin.promote&limit=1");
    let forced = &logs.json()["items"][0]["after"]["forced"];
    assert_eq!(forced["reason"], "its scores are meant to be others", "{logs:?}");
    let failed = forced["failed"][0].as_str().unwrap();
    assert!(failed.starts_with("population_stability_max is "), "{logs:?}");
}

#[test]
fn shadow_that_traps_or_loops_shows_in_the_errors_and_harms_nobody() {
    let server = Server::start_with(&[], &[ANY_TIME, ("PYNOMALY_PLUGIN_WALL_MAX_MS", "300")]);
    let admin = server.admin();
    let [active, candidate] = shadow(&admin, "twin_3");
    for request in 0..40 {
        // One traps, one never ends.
        let first = [5.0, -5.0, 2_000.0, 7.0].into_iter().cycle().nth(request as usize).unwrap();
        ask(&admin, &active, request, if request < 8 { first } else { 5.0 });
    }
    let found = wait(&admin, &candidate, 40);
    assert_eq!(found["active_errors"]["value"], 0.0, "{found}");
    assert_eq!(found["candidate_errors"]["value"], 0.1, "{found}");
    assert_eq!(found["compared"], 36);
    assert!(found["error_ratio"]["value"].as_f64().unwrap() > 5.0, "{found}");
    let refused = failed(&promote(&admin, &candidate, json!({})));
    assert!(refused.contains(&"error_excess_max".to_owned()), "{refused:?}");
    let detections = admin.get("/api/v1/detections?limit=200").json()["items"].clone();
    assert_eq!(detections.as_array().unwrap().len(), 40);
}

#[test]
fn what_finds_no_room_is_dropped_and_counted_and_callers_do_not_wait() {
    let settings = [("PYNOMALY_SHADOW_QUEUE", "2"), ("PYNOMALY_PLUGIN_WALL_MAX_MS", "3000")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let [active, candidate] = shadow(&admin, "twin_3");
    // The thread is busy with it for three seconds.
    ask(&admin, &active, 0, 2_000.0);
    let started = Instant::now();
    (1..60).for_each(|request| ask(&admin, &active, request, 5.0));
    println!("59 requests beside it took {:?}", started.elapsed());
    let found = wait(&admin, &candidate, 60);
    let dropped = found["dropped"].as_u64().unwrap();
    assert!(dropped > 0, "{found}");
    let metrics = admin.get("/metrics").text;
    let line = format!("shadow_requests_total{{detector=\"twin\",outcome=\"dropped\"}} {dropped}");
    assert!(metrics.contains(&line), "{metrics}");
    // Neither does what takes too many bytes.
    let settings = [("PYNOMALY_SHADOW_QUEUE_BYTES", "1024")];
    let server = Server::start_with(&[], &settings);
    let admin = server.admin();
    let [_, candidate] = shadow(&admin, "twin_3");
    let large = json!((0..200).map(|row| [row]).collect::<Vec<_>>());
    assert_eq!(admin.detect("twin", &large, &json!({})).status, 200);
    assert_eq!(wait(&admin, &candidate, 1)["dropped"], 1);
}

#[test]
fn replicas_add_up_and_a_restart_loses_nothing() {
    let postgres = Postgres::start().unwrap();
    let database = postgres.url();
    let secret = ("JWT_SECRET", "the same 32 bytes or more on both of them");
    let settings = [("DATABASE_URL", &*database), secret];
    let a = Server::start_with(&[], &settings);
    let mut b = Server::start_with(&[], &settings);
    let admin = a.admin();
    let [active, candidate] = shadow(&admin, "twin_3");
    let on_b = b.anyone().with_token(admin.token());
    // The other one knows within a second.
    std::thread::sleep(Duration::from_secs(1));
    for request in 0..30 {
        ask(&admin, &active, request, 5.0);
        ask(&on_b, &active, request, 6.0);
    }
    let on_a = wait(&admin, &candidate, 60);
    assert_eq!((&on_a["requests"], &on_a["rows"]), (&json!(60), &json!(1_200)));
    let same = wait(&on_b, &candidate, 60);
    assert_eq!(same["rank_correlation"], on_a["rank_correlation"]);
    ask(&on_b, &active, 99, 6.0);
    wait(&on_b, &candidate, 61);
    assert!(b.terminate().0);
    b.restart();
    let on_b = b.anyone().with_token(admin.token());
    assert_eq!(wait(&on_b, &candidate, 61)["requests"], 61);
}

#[test]
fn in_production_nothing_serves_in_the_place_of_another_without_a_comparison() {
    let server = Server::start_with(
        &[],
        &[("ENVIRONMENT", "production"), ("JWT_SECRET", "0123456789abcdef0123456789abcdef")],
    );
    let admin = server.admin();
    // Where not all is signed, production insists on the self-test, which twins do not pass.
    let [first, second] = ["twin_1", "twin_2"].map(|name| upload_signed(&server, &admin, name));
    // There is nothing to compare the first with.
    assert_eq!(promote(&admin, &first, json!({})).status, 200);
    let refused = promote(&admin, &second, json!({}));
    assert_eq!(failed(&refused).len(), 7, "{refused:?}");
    let force = json!({"force": {"reason": "drill"}});
    assert_eq!(promote(&admin, &second, force).status, 200);
    // The way back is always open.
    let revision = admin.get(&format!("{PLUGINS}/twin")).json()["items"][0]["revision"].clone();
    let back = admin.post(&format!("{PLUGINS}/twin/rollback"), &json!({"revision": revision}));
    assert_eq!(back.json()["digest"], first, "{back:?}");
}
