//! The life of a plugin on two servers: nothing fails while versions change, and what the database
//! says is what is served, whatever ended in the middle.

use crate::support::{Client, Server, guest};
use pynomaly_test_services::Postgres;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PLUGINS: &str = "/api/v1/admin/plugins";
/// What one replica does, the other does within this.
const PROMISED: Duration = Duration::from_secs(1);

fn rows() -> Value {
    json!([[1.0], [2.0], [3.0]])
}

struct Pair {
    a: Server,
    b: Server,
    _postgres: Postgres,
}

impl Pair {
    fn start() -> Self {
        let postgres = Postgres::start().unwrap();
        let database = postgres.url();
        let settings = [
            ("DATABASE_URL", &*database),
            ("JWT_SECRET", "the same 32 bytes or more on both of them"),
            ("LOG_LEVEL", "warn"),
        ];
        let (a, b) = (Server::start_with(&[], &settings), Server::start_with(&[], &settings));
        Self { a, b, _postgres: postgres }
    }
}

/// Uploads it; gives its digest.
fn upload(admin: &Client, name: &str) -> String {
    let answer = admin.post_bytes(PLUGINS, "application/wasm", &guest(name));
    assert!([200, 201].contains(&answer.status), "{answer:?}");
    answer.json()["digest"].as_str().unwrap().to_owned()
}

fn revision(admin: &Client) -> u64 {
    let versions = admin.get(&format!("{PLUGINS}/twin")).json();
    versions["items"][0]["revision"].as_u64().unwrap()
}

fn promote(admin: &Client, digest: &str) {
    let body = json!({"digest": digest, "revision": revision(admin)});
    let answer = admin.post(&format!("{PLUGINS}/twin/promote"), &body);
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// One answer: when it was asked for, and by which digest it came.
type Seen = (Instant, String);

/// `PYNOMALY_TEST_REQUESTS=100000` makes it the long drill.
fn wanted_requests() -> u64 {
    let given = std::env::var("PYNOMALY_TEST_REQUESTS").ok();
    given.map_or(2_000, |text| text.parse().unwrap())
}

#[test]
fn promoting_and_rolling_back_under_load_fails_no_request_on_either_replica() {
    let pair = Pair::start();
    let admin = pair.a.admin();
    let digests = [upload(&admin, "twin_1"), upload(&admin, "twin_2")];
    promote(&admin, &digests[0]);
    let scores = BTreeMap::from([
        (digests[0].clone(), [1.0, 2.0, 3.0]),
        (digests[1].clone(), [1001.0, 1002.0, 1003.0]),
    ]);
    let wanted = wanted_requests();
    let (done, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let seen: Mutex<Vec<Seen>> = Mutex::default();
    // When a change had returned, and what it had changed to.
    let mut changed: Vec<Seen> = Vec::new();
    std::thread::sleep(PROMISED);
    std::thread::scope(|scope| {
        for number in 0..32 {
            let server = if number % 2 == 0 { &pair.a } else { &pair.b };
            let client = Client::new(&server.url).with_token(admin.token());
            let (done, asked, seen, scores) = (&done, &asked, &seen, &scores);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let at = Instant::now();
                    let answer = client.detect("twin", &rows(), &json!({"seed": null}));
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    let digest = answer.json()["detector_digest"].as_str().unwrap().to_owned();
                    assert_eq!(answer.scores(), scores[&digest], "{digest}");
                    seen.lock().unwrap().push((at, digest));
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut round = 0;
        while asked.load(Ordering::Relaxed) < wanted || round < 4 {
            // Enough time between two for the promise to be tried.
            std::thread::sleep(PROMISED * 2);
            round += 1;
            let digest = digests[round % 2].clone();
            let started = Instant::now();
            if round % 2 == 1 {
                promote(&admin, &digest);
            } else {
                let body = json!({"revision": revision(&admin)});
                let answer = admin.post(&format!("{PLUGINS}/twin/rollback"), &body);
                assert_eq!(answer.json()["digest"], digest.as_str(), "{answer:?}");
            }
            println!("change {round} took {:?}", started.elapsed());
            changed.push((Instant::now(), digest));
        }
        std::thread::sleep(PROMISED * 2);
        done.store(true, Ordering::Relaxed);
    });
    let seen = seen.into_inner().unwrap();
    println!("{} requests, {} changes, 0 failed", seen.len(), changed.len());
    assert!(seen.len() as u64 >= wanted);
    let ends = changed.iter().skip(1).map(|(at, _)| *at).chain([Instant::now()]);
    for ((at, digest), end) in changed.iter().zip(ends) {
        // The next change may take effect before its call returns.
        let (from, to) = (*at + PROMISED, end - PROMISED / 2);
        let late = seen.iter().filter(|(asked, by)| *asked > from && *asked < to && by != digest);
        assert_eq!(late.count(), 0, "answers by another digest, a second after the change");
    }
}

#[test]
fn replica_that_is_gone_is_waited_for_only_until_it_is_given_up() {
    let mut pair = Pair::start();
    let admin = pair.a.admin();
    pair.b.kill();
    let digest = upload(&admin, "twin_1");
    let replicas = |admin: &Client| {
        let versions = admin.get(&format!("{PLUGINS}/twin")).json();
        versions["items"][0]["replicas"].as_array().unwrap().clone()
    };
    assert_eq!(replicas(&admin).len(), 2);
    promote(&admin, &digest);
    assert_eq!(replicas(&admin).len(), 1);
    assert_eq!(admin.detect("twin", &rows(), &json!({})).scores(), [1.0, 2.0, 3.0]);
    // It comes back to what was decided without it.
    pair.b.restart();
    let on_b = pair.b.anyone().with_token(admin.token());
    assert_eq!(on_b.detect("twin", &rows(), &json!({})).json()["detector_digest"], digest);
    assert!(replicas(&on_b).iter().all(|it| it["is_ready"] == true));
}

#[test]
fn server_killed_at_any_step_of_a_change_comes_back_consistent() {
    let mut server = Server::start(&[]);
    let admin = server.admin();
    let digests = [upload(&admin, "twin_1"), upload(&admin, "twin_2")];
    promote(&admin, &digests[0]);
    for round in 0..16_usize {
        let admin = server.admin();
        let before = revision(&admin);
        let digest = digests[(round + 1) % 2].clone();
        let body = json!({"digest": digest, "revision": before});
        let asked = std::thread::spawn(move || {
            admin.post(&format!("{PLUGINS}/twin/promote"), &body).status
        });
        // A change takes a few milliseconds: this falls on all of its steps, and around them.
        std::thread::sleep(Duration::from_micros(300 * round as u64));
        server.kill();
        let status = asked.join().unwrap();
        server.restart();
        let admin = server.admin();
        let versions = admin.get(&format!("{PLUGINS}/twin")).json()["items"].clone();
        let active: Vec<_> = versions.as_array().unwrap().iter().collect();
        let active: Vec<_> = active.into_iter().filter(|it| it["state"] == "active").collect();
        assert_eq!(active.len(), 1, "{versions}");
        let answer = admin.detect("twin", &rows(), &json!({}));
        assert_eq!(answer.json()["detector_digest"], active[0]["digest"], "{answer:?}");
        let after = revision(&admin);
        println!("round {round}: status {status}, revision {before} → {after}");
        match after - before {
            // Whoever was told that it is done finds it done.
            0 => assert_ne!(status, 200),
            1 => assert_eq!(active[0]["digest"], digest.as_str()),
            other => panic!("{other} changes"),
        }
        if after == before {
            promote(&admin, &digest);
        }
    }
    let (is_whole, output) = server.run(&["audit", "verify"]);
    assert!(is_whole, "{output}");
}

#[test]
fn server_killed_during_an_upload_has_all_of_it_or_nothing() {
    let mut server = Server::start(&[]);
    for round in 0..8_u8 {
        let admin = server.admin();
        let component = [&guest("twin_1")[..], &[0, 3, 1, b'x', round]].concat();
        let bytes = component.clone();
        let asked = std::thread::spawn(move || {
            admin.post_bytes(PLUGINS, "application/wasm", &bytes).status
        });
        std::thread::sleep(Duration::from_millis(12 * u64::from(round)));
        server.kill();
        let status = asked.join().unwrap();
        server.restart();
        let admin = server.admin();
        let there = admin.get(PLUGINS).json()["items"].as_array().unwrap().len();
        println!("round {round}: status {status}, {there} versions");
        // What was stored serves who names it; what was not can be sent again.
        let again = admin.post_bytes(PLUGINS, "application/wasm", &component);
        assert!([200, 201].contains(&again.status), "{again:?}");
        assert!(status != 201 || again.status == 200, "{again:?}");
        let pinned = format!("twin@{}", again.json()["digest"].as_str().unwrap());
        assert_eq!(admin.detect(&pinned, &rows(), &json!({})).scores(), [1.0, 2.0, 3.0]);
    }
}

#[test]
fn garbage_goes_from_the_disk_too() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let digests = ["twin_1", "twin_2"].map(|name| upload(&admin, name));
    let compiled = server.plugin_folder().parent().unwrap().join("data/compiled");
    let count = || std::fs::read_dir(&compiled).unwrap().count();
    assert_eq!(count(), 2);
    promote(&admin, &digests[1]);
    let body = json!({"digest": digests[0], "revision": revision(&admin)});
    assert_eq!(admin.post(&format!("{PLUGINS}/twin/retire"), &body).status, 200);
    let collect = |dry_run: bool| {
        let answer = admin.post(&format!("{PLUGINS}/gc?dry_run={dry_run}"), &json!({}));
        assert_eq!(answer.json()["versions"][0]["digest"], digests[0].as_str(), "{answer:?}");
    };
    collect(true);
    assert_eq!(count(), 2);
    collect(false);
    assert_eq!(count(), 1);
    assert_eq!(admin.detect("twin", &rows(), &json!({})).json()["detector_digest"], digests[1]);
}

#[test]
fn upload_that_is_cut_off_or_endless_leaves_nothing() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let head = format!(
        "POST {PLUGINS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/wasm\r\n",
        admin.token()
    );
    // Announced as 1 GiB: refused before it arrives.
    let announced = begin(&server, &format!("{head}content-length: 1073741824\r\n\r\n"), 0);
    assert!(announced.starts_with("HTTP/1.1 413"), "{announced}");
    // Announced as nothing in particular: refused once it is too much.
    let endless = begin(&server, &format!("{head}transfer-encoding: chunked\r\n\r\n"), 34);
    assert!(endless.starts_with("HTTP/1.1 413"), "{endless}");
    let answer = admin.post_bytes(PLUGINS, "application/wasm", &vec![0; 40 * 1024 * 1024]);
    assert!(answer.status == 413 || answer.status == 0, "{answer:?}");
    assert_eq!(admin.get(PLUGINS).json()["items"], json!([]));
    assert!(server.resident_kib() < 400 * 1024, "{}", server.resident_kib());
}

/// Sends a head, and so many chunks of a MiB; the beginning of the answer.
fn begin(server: &Server, head: &str, chunks: usize) -> String {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n", vec![0; 0x10_0000].as_slice(), b"\r\n"].concat();
    for _ in 0..chunks {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn component_signed_by_the_command_is_taken_where_signatures_are_needed() {
    let server = Server::start_with(
        &[],
        &[("ENVIRONMENT", "production"), ("JWT_SECRET", "0123456789abcdef0123456789abcdef")],
    );
    let admin = server.admin();
    let refused = admin.post_bytes(PLUGINS, "application/wasm", &guest("twin_1"));
    assert_eq!(refused.code(), "plugin_signature");
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("twin.wasm"), folder.path().join("key.pem"));
    std::fs::write(&file, guest("twin_1")).unwrap();
    std::fs::write(&key, KEY).unwrap();
    let file_text = file.to_str().unwrap();
    let (is_signed, output) =
        server.run(&["plugin", "sign", file_text, "--key", key.to_str().unwrap()]);
    assert!(is_signed, "{output}");
    let public = output.lines().find_map(|line| line.strip_prefix("public key: ")).unwrap();
    let trusted = json!({"public_key": public, "owner": "Ada", "scope": ["twin"]});
    let made = admin.post("/api/v1/admin/plugin-keys", &trusted);
    assert_eq!(made.status, 201, "{made:?}");
    // Beside the file it counts as well as in the header.
    for name in ["twin.wasm.sig", "twin.wasm"] {
        std::fs::copy(folder.path().join(name), server.plugin_folder().join(name)).unwrap();
    }
    let started = Instant::now();
    while admin.detect("twin", &rows(), &json!({})).status != 200 {
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", admin.get(PLUGINS));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(admin.get(PLUGINS).json()["items"][0]["key_id"], made.json()["id"]);
}

/// For tests alone.
pub(crate) const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
