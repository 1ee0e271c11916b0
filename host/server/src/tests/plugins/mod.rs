//! Plugins: what is refused at which step, and what serves after each change.

mod folder;
mod layouts;
mod replicas;
mod signatures;
mod states;
mod uploads;

use super::{Answer, PASSWORD, TestApp};
use crate::plugins::{Keeper, PluginPolicy, Plugins, apply, beat, load_all};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use pynomaly_engine::{FolderKeeper, digest};
use pynomaly_store::{PluginChange, PluginState, Role};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::runtime::Handle;
use uuid::Uuid;

const PLUGINS: &str = "/api/v1/admin/plugins";
const KEYS: &str = "/api/v1/admin/plugin-keys";
const KNN: &[u8] = include_bytes!("../../../../../tests/fixtures/1.0/knn.wasm");
const ECOD: &[u8] = include_bytes!("../../../../../tests/fixtures/1.0/ecod.wasm");

/// The same plugin with other bytes, and so another digest.
fn variant(component: &[u8], mark: u8) -> Vec<u8> {
    [component, &[0, 3, 1, b'x', mark]].concat()
}

/// The same plugin, calling itself by another version.
fn version(component: &[u8], version: &[u8; 5]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    // Behind an `@` it is the version of the contract.
    let at: Vec<_> = (1..bytes.len().saturating_sub(5))
        .filter(|at| &bytes[*at..at + 5] == b"1.0.0" && bytes[at - 1] != b'@')
        .collect();
    assert!(!at.is_empty());
    at.into_iter().for_each(|at| bytes[at..at + 5].copy_from_slice(version));
    bytes
}

async fn send(test: &TestApp, token: &str, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(PLUGINS)
        .header(header::CONTENT_TYPE, "application/wasm")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    test.call(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

/// Uploads it; gives its digest.
async fn upload(test: &TestApp, token: &str, bytes: &[u8]) -> String {
    let answer = send(test, token, bytes, &[]).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.string("/state"), "uploaded");
    answer.string("/digest")
}

async fn change(test: &TestApp, token: &str, what: &str, body: Value) -> Answer {
    test.post(&format!("{PLUGINS}/knn/{what}"), token, &body).await
}

/// The digest that answers to `detector_type`.
async fn answers(test: &TestApp, token: &str, detector_type: &str) -> String {
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [9.0]]);
    let body = json!({"data": rows, "detector_type": detector_type});
    let answer = test.detect(token, &body).await;
    let found = answer.string("/detector_digest");
    if found.is_empty() { answer.string("/code") } else { found }
}

async fn states(test: &TestApp, token: &str) -> Vec<(String, String)> {
    let list = test.get(PLUGINS, token).await;
    let items = list.json["items"].as_array().unwrap().iter();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    items.map(|item| (text(item, "digest"), text(item, "state"))).collect()
}

#[tokio::test]
async fn uploaded_version_serves_who_names_it_and_nobody_else() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    assert_eq!(first, digest(KNN));
    assert_eq!(answers(&test, &admin, "knn").await, "unknown_detector");
    for pinned in ["knn@1.0.0".to_owned(), format!("knn@{first}")] {
        assert_eq!(answers(&test, &admin, &pinned).await, first);
        let path = format!("/api/v1/detectors/{pinned}");
        assert_eq!(test.get(&path, &admin).await.string("/digest"), first);
    }
    assert_eq!(answers(&test, &admin, "knn@9.9.9").await, "unknown_detector");
    // The same again changes nothing.
    let again = send(&test, &admin, KNN, &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(states(&test, &admin).await, [(first, "uploaded".to_owned())]);
    // Two that call themselves the same are not guessed between.
    upload(&test, &admin, &variant(KNN, 1)).await;
    assert_eq!(answers(&test, &admin, "knn@1.0.0").await, "ambiguous_version");
    let body = json!({"version": "1.0.0", "revision": 0});
    let refused = change(&test, &admin, "promote", body).await;
    refused.is_problem(409, "ambiguous_version", None);
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.upload", &admin).await;
    assert_eq!(logs.json["items"].as_array().unwrap().len(), 2, "{logs:?}");
}

/// `(bytes, headers, status, code, start of the detail)`.
type Case<'a> = (&'a [u8], &'a [(&'a str, &'a str)], u16, &'a str, &'a str);

#[tokio::test]
async fn every_step_refuses_with_its_name_and_stores_nothing() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let other = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(b"other")));
    let long = vec![0; 32 * 1024 * 1024 + 1];
    let truncated = &KNN[..KNN.len() / 2];
    let empty = b"\0asm\x0d\0\x01\0";
    let cases: [Case<'_>; 10] = [
        (empty, &[], 422, "plugin_refused", "contract: "),
        (b"not wasm", &[], 422, "plugin_refused", "format: "),
        (b"", &[], 422, "plugin_refused", "format: "),
        (truncated, &[], 422, "plugin_refused", "format: "),
        (&long, &[], 413, "body_too_large", "the body has more"),
        (KNN, &[("content-encoding", "gzip")], 415, "content_encoding", "the component"),
        (KNN, &[("content-digest", &other)], 422, "digest_mismatch", "digest: the body is"),
        (KNN, &[("content-digest", "md5=:x:")], 422, "invalid_digest", "digest: "),
        (KNN, &[("pynomaly-signature", "x")], 422, "plugin_signature", "signature: must be"),
        (
            KNN,
            &[("pynomaly-signature", &format!("keyid=ab, ed25519={}", STANDARD.encode([0; 64])))],
            422,
            "plugin_signature",
            "signature: the key ab is not trusted",
        ),
    ];
    for (bytes, headers, status, code, detail) in cases {
        let answer = send(&test, &admin, bytes, headers).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        assert_eq!(answer.string("/code"), code, "{answer:?}");
        assert!(answer.string("/detail").starts_with(detail), "{answer:?}");
    }
    let json = test.send(Method::POST, PLUGINS, &admin, Body::from("{}")).await;
    json.is_problem(415, "media_type", None);
    let path = format!("{PLUGINS}?digest=sha256:{}", "0".repeat(64));
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/wasm")
        .header(header::AUTHORIZATION, format!("Bearer {admin}"));
    let answer = test.call(request.body(Body::from(KNN)).unwrap()).await;
    answer.is_problem(422, "digest_mismatch", Some(""));
    assert_eq!(states(&test, &admin).await, []);
    // Who tried to slip something in is remembered.
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.upload", &admin).await;
    let outcomes = logs.json["items"].as_array().unwrap();
    assert_eq!(outcomes.len(), 7, "{logs:?}");
    assert!(outcomes.iter().all(|it| it["outcome"] == "refused"), "{logs:?}");
    assert_eq!(test.app.store.list_components().await.unwrap(), [] as [String; 0]);
    // Nor is anything that a name could be taken for a path by.
    let refused = test.get(&format!("{PLUGINS}/..%2F..%2Fetc"), &admin).await;
    refused.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn name_that_is_a_path_is_refused() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let mut bytes = KNN.to_vec();
    for at in 0..bytes.len() - 3 {
        if &bytes[at..at + 3] == b"knn" {
            bytes[at..at + 3].copy_from_slice(b"../");
        }
    }
    let path = send(&test, &admin, &bytes, &[]).await;
    path.is_problem(422, "plugin_refused", Some(""));
    assert!(path.string("/detail").starts_with("descriptor: the name \"../\""), "{path:?}");
    assert_eq!(states(&test, &admin).await, []);
}

#[tokio::test]
async fn garbage_is_shown_before_it_goes() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let mut digests = Vec::new();
    for (mark, revision) in [(1, 0), (2, 1), (3, 2)] {
        let digest = upload(&test, &admin, &variant(KNN, mark)).await;
        change(&test, &admin, "promote", json!({"digest": digest, "revision": revision})).await;
        digests.push(digest);
    }
    let path = format!("{PLUGINS}/knn/{}", digests[2]);
    let refused = test.send(Method::DELETE, &path, &admin, Body::empty()).await;
    refused.is_problem(409, "plugin_in_use", None);
    for (query, dry_run, left) in [("", true, 3), ("?dry_run=false", false, 2)] {
        let answer = test.post(&format!("{PLUGINS}/gc{query}"), &admin, &json!({})).await;
        assert_eq!(answer.json["dry_run"], dry_run, "{answer:?}");
        assert_eq!(answer.json["versions"][0]["digest"], digests[0]);
        assert_eq!(answer.json["versions"].as_array().unwrap().len(), 1);
        assert_eq!(states(&test, &admin).await.len(), left);
        assert_eq!(test.app.store.list_components().await.unwrap().len(), left);
    }
    // The roll back that was possible still is.
    let back = change(&test, &admin, "rollback", json!({"revision": 3})).await;
    assert_eq!(back.string("/digest"), digests[1], "{back:?}");
    let path = format!("{PLUGINS}/knn/{}", digests[2]);
    let gone = test.send(Method::DELETE, &path, &admin, Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{gone:?}");
    assert_eq!(answers(&test, &admin, &format!("knn@{}", digests[2])).await, "unknown_detector");
}

#[tokio::test]
async fn plugins_are_for_admins_of_the_home_organisation() {
    let (test, analyst) = TestApp::with_user(Role::Analyst).await;
    send(&test, &analyst, KNN, &[]).await.is_problem(403, "forbidden", None);
    let refused = change(&test, &analyst, "promote", json!({"digest": "x", "revision": 0})).await;
    refused.is_problem(403, "forbidden", None);
    let logs = test.app.store.list_plugins().await.unwrap();
    assert!(logs.versions.is_empty());
}
