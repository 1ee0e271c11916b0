//! Plugins come, change and go while the server serves.

use crate::support::{Client, Server, guest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn rows() -> Value {
    json!([[1.0], [2.0], [3.0]])
}

/// What version 1 answers; version 2 answers 1000 more.
const FIRST: [f64; 3] = [1.0, 2.0, 3.0];
const SECOND: [f64; 3] = [1001.0, 1002.0, 1003.0];

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn digest(client: &Client) -> String {
    let answer = client.get("/api/v1/detectors/twin");
    if answer.status != 200 {
        return String::new();
    }
    answer.json()["digest"].as_str().unwrap().to_owned()
}

#[test]
fn fifty_reloads_under_load_fail_no_request_and_mix_no_versions() {
    let versions = [guest("twin_1"), guest("twin_2")];
    let server = Server::start(&[("twin.wasm", &versions[0])]);
    let admin = server.admin();
    let first = digest(&admin);
    server.put_plugin("twin.wasm", &versions[1]);
    wait_for("the second version", || digest(&admin) != first);
    let scores = BTreeMap::from([(first, FIRST), (digest(&admin), SECOND)]);

    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let client = Client::new(&server.url).with_token(admin.token());
                while !done.load(Ordering::Relaxed) {
                    let answer = client.detect("twin", &rows(), &json!({}));
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    let digest = answer.json()["detector_digest"].as_str().unwrap().to_owned();
                    assert_eq!(answer.scores(), scores[&digest], "{digest}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let reloaded = (0..50).try_for_each(|reload| {
            let before = digest(&admin);
            server.put_plugin("twin.wasm", &versions[reload % 2]);
            let started = Instant::now();
            while digest(&admin) == before {
                if started.elapsed() > Duration::from_secs(20) {
                    return Err(reload);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        });
        done.store(true, Ordering::Relaxed);
        assert_eq!(reloaded, Ok(()));
    });
    assert!(answered.load(Ordering::Relaxed) > 50);
}

#[test]
fn plugin_is_added_and_deleted() {
    let server = Server::start(&[]);
    let admin = server.admin();
    assert_eq!(admin.detect("twin", &rows(), &json!({})).status, 422);
    server.put_plugin("twin.wasm", &guest("twin_1"));
    wait_for("the plugin", || !digest(&admin).is_empty());
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), FIRST);
    std::fs::remove_file(server.plugin_folder().join("twin.wasm")).unwrap();
    wait_for("its end", || digest(&admin).is_empty());
    let left = admin.get("/api/v1/admin/plugins").json()["items"].clone();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["state"]), (1, &json!("retired")));
}

#[test]
fn broken_file_does_not_displace_a_working_one() {
    let server = Server::start(&[("twin.wasm", &guest("twin_1"))]);
    let admin = server.admin();
    let working = digest(&admin);
    server.put_plugin("twin.wasm", b"broken");
    let status = || admin.get("/api/v1/admin/plugins").json()["items"].clone();
    let is_refused = || status().as_array().unwrap().iter().any(|it| it["state"] == "refused");
    wait_for("the refusal", is_refused);
    assert!(status()[1]["refused"]["reason"].as_str().unwrap().starts_with("format: "));
    assert_eq!(
        (&status()[0]["digest"], &status()[0]["state"]),
        (&json!(working), &json!("active"))
    );
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), FIRST);
    server.put_plugin("twin.wasm", &guest("twin_2"));
    wait_for("the recovery", || !is_refused());
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), SECOND);
}

#[test]
fn slow_copy_is_served_once_it_is_whole() {
    let server = Server::start(&[("twin.wasm", &guest("twin_1"))]);
    let admin = server.admin();
    let before = digest(&admin);
    let component = guest("twin_2");
    let path = server.plugin_folder().join("twin.wasm");
    let mut file = OpenOptions::new().write(true).truncate(true).open(path).unwrap();
    for part in component.chunks(component.len() / 8 + 1) {
        file.write_all(part).unwrap();
        file.flush().unwrap();
        let answer = admin.detect("twin", &rows(), &json!({}));
        assert_eq!(answer.scores(), FIRST);
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(file);
    wait_for("the second version", || digest(&admin) != before);
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), SECOND);
}

#[test]
fn conflict_is_reported_and_resolved_by_deleting_the_first() {
    let server = Server::start(&[("a.wasm", &guest("twin_1")), ("b.wasm", &guest("twin_2"))]);
    let admin = server.admin();
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), FIRST);
    std::fs::remove_file(server.plugin_folder().join("a.wasm")).unwrap();
    wait_for("the other", || {
        let answer = admin.detect("twin", &rows(), &json!({}));
        answer.status == 200 && answer.scores() == SECOND
    });
}

#[test]
fn watching_costs_nothing_while_nothing_changes() {
    let server = Server::start(&[("twin.wasm", &guest("twin_1"))]);
    server.put_plugin("twin.wasm", &guest("twin_2"));
    std::thread::sleep(Duration::from_secs(2));
    let before = server.processor_ticks();
    std::thread::sleep(Duration::from_secs(2));
    let used = server.processor_ticks() - before;
    assert!(used < 20, "{used} hundredths of a second in two idle seconds");
}
