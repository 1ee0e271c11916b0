//! A server that speaks TLS itself, and goes on while its certificate is replaced.

use crate::support::{Client, Server};
use pynomaly_test_services::{Authority, Issued};
use serde_json::json;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a new certificate may take to serve.
const SERVES_WITHIN: Duration = Duration::from_secs(30);

/// A server, its authority, and the files of its certificate.
struct Site {
    server: Server,
    authority: Authority,
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let (authority, folder) = (Authority::new().unwrap(), tempfile::tempdir().unwrap());
        put(&folder, &authority.issue().unwrap());
        let server = Server::start_with(&[], &settings(&folder, "certificate", "key"));
        Self { server, authority, folder }
    }

    fn metric(&self, name: &str) -> Option<u64> {
        let text = self.server.anyone().get("/metrics").text;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().parse().ok()
    }
}

/// Ends the load, however the test ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks without a pause, over one connection or over a new one each time.
fn load(url: &str, trusted: &[&str], is_kept: bool, is_over: &AtomicBool, answered: &AtomicUsize) {
    let mut client = Client::trusting(url, trusted);
    while !is_over.load(Ordering::Relaxed) {
        if !is_kept {
            client = Client::trusting(url, trusted);
        }
        let answer = client.get("/health");
        assert_eq!(answer.status, 200, "{}", answer.text);
        answered.fetch_add(1, Ordering::Relaxed);
    }
}

fn path(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

/// What names two files to the server.
fn settings(folder: &TempDir, certificate: &str, key: &str) -> [(&'static str, &'static str); 2] {
    // For as long as the test runs.
    let leak = |name| &*String::leak(path(folder, name).display().to_string());
    [("PYNOMALY_TLS_CERTIFICATE", leak(certificate)), ("PYNOMALY_TLS_KEY", leak(key))]
}

/// Replaces both files, each at once.
fn put(folder: &TempDir, issued: &Issued) {
    for (name, text) in [("key", &issued.key), ("certificate", &issued.certificate)] {
        fs::write(path(folder, "draft"), text).unwrap();
        fs::rename(path(folder, "draft"), path(folder, name)).unwrap();
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < SERVES_WITHIN, "still not: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn certificate_is_shown_and_plain_http_is_not_spoken() {
    let site = Site::new();
    assert!(site.server.url.starts_with("https://"), "{}", site.server.url);
    let trusting = Client::trusting(&site.server.url, &[site.authority.pem()]);
    assert_eq!(trusting.get("/health").status, 200);
    let other = Authority::new().unwrap();
    let distrusting = Client::trusting(&site.server.url, &[other.pem()]);
    assert_eq!(distrusting.get("/health").status, 0);

    let admin = site.server.admin();
    let answer = admin.detect("isolation_forest", &json!([[1.0], [2.0], [9.0]]), &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.text);

    let plain = Client::new(&site.server.url.replace("https://", "http://"));
    assert_eq!(plain.get("/health").status, 0);
    let mut stream = TcpStream::connect(site.server.url.trim_start_matches("https://")).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut said = Vec::new();
    // An alert of TLS and the end, or the end alone.
    let _ = stream.read_to_end(&mut said);
    assert!(!String::from_utf8_lossy(&said).contains("HTTP"), "{said:?}");
    wait_until("failed handshakes are counted", || {
        site.metric("pynomaly_tls_handshakes_failed_total").is_some_and(|count| count >= 2)
    });
    let (is_well, said) = site.server.run(&["health", "--url", &site.server.url]);
    assert!(!is_well && said.contains("does not answer"), "an address given is verified: {said}");
}

#[test]
fn health_asks_by_tls_where_the_settings_say_so() {
    let mut site = Site::new();
    let listen = site.server.url.replace("https://", "");
    let [certificate, key] = settings(&site.folder, "certificate", "key");
    site.server.set(&[certificate, key, ("PYNOMALY_LISTEN", &listen)]);
    let (is_well, said) = site.server.run(&["health"]);
    assert!(is_well && said.contains("https://"), "{said}");
}

#[test]
fn certificate_is_replaced_under_load_and_no_request_fails() {
    let site = Site::new();
    let other = Authority::new().unwrap();
    let both = [site.authority.pem(), other.pem()];
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let over = Over(&is_over);
        for is_kept in [true, true, false, false] {
            let (is_over, answered, both, url) = (&is_over, &answered, &both, &site.server.url);
            scope.spawn(move || load(url, both, is_kept, is_over, answered));
        }
        wait_until("the load runs", || answered.load(Ordering::Relaxed) > 100);
        put(&site.folder, &other.issue().unwrap());
        let trusts_new = || Client::trusting(&site.server.url, &[other.pem()]);
        wait_until("the new one serves", || trusts_new().get("/health").status == 200);
        let before = answered.load(Ordering::Relaxed);
        wait_until("the load goes on", || answered.load(Ordering::Relaxed) > before + 100);
        drop(over);
    });
    let trusts_old = Client::trusting(&site.server.url, &[site.authority.pem()]);
    assert_eq!(trusts_old.get("/health").status, 0);
    assert_eq!(site.metric("pynomaly_tls_reloads_total{outcome=\"ok\"}"), Some(1));
    assert_eq!(site.metric("pynomaly_tls_reloads_total{outcome=\"failed\"}"), Some(0));
}

#[test]
fn pair_that_does_not_go_together_leaves_the_old_one_serving() {
    let site = Site::new();
    let trusting = || Client::trusting(&site.server.url, &[site.authority.pem()]);
    let (renewed, unrelated) = (site.authority.issue().unwrap(), site.authority.issue().unwrap());
    put(&site.folder, &Issued { certificate: renewed.certificate.clone(), key: unrelated.key });
    let failed = || site.metric("pynomaly_tls_reloads_total{outcome=\"failed\"}");
    wait_until("the failure is counted", || failed() == Some(1));
    assert_eq!(trusting().get("/health").status, 200);
    assert!(site.server.log().contains("the old one goes on"), "{}", site.server.log());
    fs::remove_file(path(&site.folder, "key")).unwrap();
    wait_until("a file that is gone is counted", || failed() == Some(2));
    assert_eq!(trusting().get("/health").status, 200);
    put(&site.folder, &renewed);
    let reloaded = || site.metric("pynomaly_tls_reloads_total{outcome=\"ok\"}") == Some(1);
    wait_until("the right pair serves", reloaded);
    let ends = site.metric("pynomaly_tls_certificate_expiry_timestamp_seconds");
    // What no one else has said ends in the year 4096.
    assert!(ends.is_some_and(|ends| ends > 60_000_000_000), "{ends:?}");
}

#[test]
fn server_does_not_start_with_half_a_pair_or_a_wrong_one() {
    let mut site = Site::new();
    let other = site.authority.issue().unwrap();
    fs::write(path(&site.folder, "other"), other.key).unwrap();
    site.server.kill();
    let [certificate, key] = settings(&site.folder, "certificate", "key");
    let [_, wrong] = settings(&site.folder, "certificate", "other");
    let [_, none] = settings(&site.folder, "certificate", "none");
    for (settings, reason) in [
        (vec![certificate], "PYNOMALY_TLS_KEY is not set"),
        (vec![key], "PYNOMALY_TLS_CERTIFICATE is not set"),
        (vec![certificate, wrong], "do not go together"),
        (vec![certificate, none], "cannot be read"),
    ] {
        site.server.set(&settings);
        let (is_well, said) = site.server.run(&["serve"]);
        assert!(!is_well && said.contains(reason), "{said}");
    }
}
