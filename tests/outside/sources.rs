//! Plugins that a server pulls from a registry by itself: nobody waits for it, nothing of it is
//! believed, and what admins decide stands.

use crate::support::{Client, Server, guest};
use pynomaly_oci::{Artifact, Options, World, push};
use pynomaly_test_services::Registry;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const PLUGINS: &str = "/api/v1/admin/plugins";
const NOWHERE: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Pushes it; gives the reference by digest.
fn pushed(registry: &Registry, component: Vec<u8>) -> String {
    let name = format!("{}/acme/twin", registry.host());
    let artifact = Artifact { component, signature: None };
    let reference = format!("{name}:latest").parse().unwrap();
    let digest = push(&artifact, &World::default(), &reference, &Options::default()).unwrap();
    format!("{name}@{digest}")
}

fn start(sources: &str) -> Server {
    Server::start_with(&[], &[("PYNOMALY_PLUGIN_SOURCES", sources)])
}

fn items(admin: &Client) -> Vec<Value> {
    admin.get(PLUGINS).json()["items"].as_array().unwrap().clone()
}

/// Waits until the list is as wanted.
fn wait(admin: &Client, is_there: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let items = items(admin);
        if is_there(&items) {
            return items;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{items:#?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until nothing is waiting or refused and so many versions are there.
fn wait_for_versions(admin: &Client, count: usize) {
    wait(admin, |items| items.len() == count && items.iter().all(|it| it["source"].is_null()));
}

/// Waits until the source is refused; gives why.
fn wait_for_refusal(admin: &Client, source: &str) -> String {
    let is_refused = |it: &&Value| it["source"] == source && it["state"] == "refused";
    let items = wait(admin, |items| items.iter().any(|it| is_refused(&it)));
    let refused = items.iter().find(is_refused).unwrap();
    refused["refused"]["reason"].as_str().unwrap().to_owned()
}

/// The first score of `twin`: 1 by the first of them, 1001 by the second.
fn serving(admin: &Client) -> f64 {
    let answer = admin.detect("twin", &json!([[1.0], [2.0], [3.0]]), &json!({}));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.scores()[0]
}

#[test]
fn source_is_pulled_uploaded_and_promoted_and_then_needed_no_more() {
    let mut registry = Registry::start().unwrap();
    let source = pushed(&registry, guest("twin_1"));
    let mut server = start(&source);
    wait_for_versions(&server.admin(), 1);
    let only = &items(&server.admin())[0];
    assert_eq!((&only["state"], &only["uploaded_by"]), (&"active".into(), &Value::Null));
    assert_eq!(only["reason"], source.as_str());
    assert_eq!(serving(&server.admin()), 1.0);
    // The next start has it, whether the registry is there or not.
    registry.stop();
    assert!(server.terminate().0);
    server.restart();
    assert_eq!(serving(&server.admin()), 1.0);
    wait_for_versions(&server.admin(), 1);
}

#[test]
fn registry_that_is_away_holds_nobody_up_and_is_tried_again() {
    let mut registry = Registry::start().unwrap();
    let source = pushed(&registry, guest("twin_1"));
    registry.stop();
    // It is ready as soon as `start` returns.
    let server = start(&source);
    let admin = server.admin();
    let why = wait_for_refusal(&admin, &source);
    assert!(why.starts_with("pull: ") && why.contains("cannot be reached"), "{why}");
    registry.resume().unwrap();
    wait_for_versions(&admin, 1);
    assert_eq!(serving(&admin), 1.0);
}

#[test]
fn silent_registry_does_not_hold_up_the_end() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let source = format!("{}/twin@{NOWHERE}", silent.local_addr().unwrap());
    let mut server = start(&source);
    let waiting = items(&server.admin());
    assert_eq!((&waiting[0]["state"], &waiting[0]["source"]), (&"waiting".into(), &source.into()));
    let (is_well, took) = server.terminate();
    assert!(is_well && took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn another_digest_takes_the_place_of_the_first_unless_an_admin_decided() {
    let registry = Registry::start().unwrap();
    // The first again, with a section more and so another digest.
    let third = [guest("twin_1"), vec![0, 3, 1, b'x', 0]].concat();
    let sources = [guest("twin_1"), guest("twin_2"), third].map(|it| pushed(&registry, it));
    let mut server = start(&sources[0]);
    wait_for_versions(&server.admin(), 1);
    let mut restart_with = |source: &str| {
        assert!(server.terminate().0);
        server.set(&[("PYNOMALY_PLUGIN_SOURCES", source)]);
        server.restart();
        server.admin()
    };
    let admin = restart_with(&sources[1]);
    wait_for_versions(&admin, 2);
    assert_eq!(serving(&admin), 1001.0);
    // Back to the first: what was forgotten counts as new.
    let admin = restart_with(&sources[0]);
    wait(&admin, |_| serving(&admin) == 1.0);
    wait_for_versions(&admin, 2);
    let name = items(&admin)[0].clone();
    let body = json!({"revision": name["revision"]});
    assert_eq!(admin.post(&format!("{PLUGINS}/twin/rollback"), &body).status, 200);
    let admin = restart_with(&sources[2]);
    let why = wait_for_refusal(&admin, &sources[2]);
    assert!(why.starts_with("an admin decided that `twin` is served by"), "{why}");
    assert_eq!(serving(&admin), 1001.0);
}

#[test]
fn sources_pass_the_same_steps_as_uploads() {
    let registry = Registry::start().unwrap();
    let text = pushed(&registry, b"text".to_vec());
    let missing = format!("{}/acme/twin@{NOWHERE}", registry.host());
    let server = start(&format!("{text},{missing}"));
    let admin = server.admin();
    let why = wait_for_refusal(&admin, &text);
    assert!(why.starts_with("format: "), "{why}");
    let why = wait_for_refusal(&admin, &missing);
    assert!(why.starts_with("pull: the registry has no "), "{why}");
    let logs = admin.get("/api/v1/admin/audit-logs?action=plugin.upload").json();
    assert_eq!(logs["items"].as_array().unwrap().len(), 1, "{logs}");
}

#[test]
fn registry_with_a_login_takes_its_credentials_from_the_settings() {
    let registry = Registry::start_with_login().unwrap();
    let (username, password) = Registry::LOGIN;
    let credentials = pynomaly_oci::Credentials::new(username.into(), password.into());
    let options = Options { credentials: Some(credentials), ..Options::default() };
    let artifact = Artifact { component: guest("twin_1"), signature: None };
    let name = format!("{}/twin", registry.host());
    let reference = format!("{name}:1").parse().unwrap();
    let digest = push(&artifact, &World::default(), &reference, &options).unwrap();
    let source = format!("{name}@{digest}");
    let mut server = start(&source);
    let why = wait_for_refusal(&server.admin(), &source);
    assert!(why.contains("refuses to answer without credentials"), "{why}");
    assert!(server.terminate().0);
    server.set(&[
        ("PYNOMALY_PLUGIN_SOURCES", &*source),
        ("PYNOMALY_REGISTRY_USERNAME", username),
        ("PYNOMALY_REGISTRY_PASSWORD", password),
    ]);
    server.restart();
    wait_for_versions(&server.admin(), 1);
    assert!(!server.log().contains(password));
}
