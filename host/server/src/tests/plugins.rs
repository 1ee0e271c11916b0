//! Plugins: what is refused at which step, and what serves after each change.

use super::{Answer, TestApp};
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
const KNN: &[u8] = include_bytes!("../../../../tests/fixtures/1.0/knn.wasm");
const ECOD: &[u8] = include_bytes!("../../../../tests/fixtures/1.0/ecod.wasm");

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
async fn promoting_and_rolling_back_are_one_call_and_audited() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &version(KNN, b"1.0.1")).await;
    let promoted =
        change(&test, &admin, "promote", json!({"version": "1.0.0", "revision": 0})).await;
    assert_eq!(
        (promoted.string("/state"), &promoted.json["revision"]),
        ("active".into(), &json!(1))
    );
    assert_eq!(answers(&test, &admin, "knn").await, first);
    change(&test, &admin, "rollback", json!({"revision": 1})).await.is_problem(
        409,
        "nothing_to_roll_back_to",
        None,
    );
    // Somebody else has promoted since revision 0.
    let late = change(&test, &admin, "promote", json!({"digest": second, "revision": 0})).await;
    late.is_problem(409, "changed", None);
    assert_eq!(answers(&test, &admin, "knn").await, first);
    change(&test, &admin, "promote", json!({"digest": second, "revision": 1})).await;
    assert_eq!(answers(&test, &admin, "knn").await, second);
    // What is retired still serves who names it.
    assert_eq!(answers(&test, &admin, "knn@1.0.0").await, first);
    let back = change(&test, &admin, "rollback", json!({"revision": 2})).await;
    assert_eq!(back.string("/digest"), first, "{back:?}");
    assert_eq!(answers(&test, &admin, "knn").await, first);
    let late = change(&test, &admin, "rollback", json!({"revision": 2})).await;
    late.is_problem(409, "changed", None);
    let retired =
        change(&test, &admin, "retire", json!({"digest": first, "revision": 3, "reason": "old"}));
    let retired = retired.await;
    assert_eq!(
        (retired.string("/state"), retired.string("/reason")),
        ("retired".into(), "old".into())
    );
    assert_eq!(answers(&test, &admin, "knn").await, "unknown_detector");
    for (action, count) in [("plugin.promote", 2), ("plugin.rollback", 1), ("plugin.retire", 1)] {
        let logs = test.get(&format!("/api/v1/admin/audit-logs?action={action}"), &admin).await;
        assert_eq!(logs.json["items"].as_array().unwrap().len(), count, "{logs:?}");
    }
}

#[tokio::test]
async fn of_two_admins_who_promote_at_once_one_is_told() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let other = test.user("bob@example.org", Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    let (one, two) = tokio::join!(
        change(&test, &admin, "promote", json!({"digest": first, "revision": 0})),
        change(&test, &other, "promote", json!({"digest": second, "revision": 0}))
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    let winner = if one.status == StatusCode::OK { first } else { second };
    assert_eq!(answers(&test, &admin, "knn").await, winner);
}

#[tokio::test]
async fn quarantined_version_serves_nobody_nor_what_it_fitted() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [9.0]]);
    let body = json!({"name": "pumps", "data": rows, "detector_type": "knn"});
    let model = test.post("/api/v1/models", &admin, &body).await.string("/model_id");
    let score = format!("/api/v1/models/{model}/score");
    let rows = json!({"data": [[1.5]]});
    assert_eq!(test.post(&score, &admin, &rows).await.status, StatusCode::OK);
    let body = json!({"digest": first, "revision": 1, "reason": "leaks"});
    assert_eq!(change(&test, &admin, "quarantine", body).await.string("/state"), "quarantined");
    for detector_type in ["knn".to_owned(), format!("knn@{first}")] {
        assert_eq!(answers(&test, &admin, &detector_type).await, "unknown_detector");
    }
    test.post(&score, &admin, &rows).await.is_problem(409, "detector_gone", None);
    let promote = json!({"digest": first, "revision": 2});
    change(&test, &admin, "promote", promote).await.is_problem(409, "plugin_state", None);
    change(&test, &admin, "retire", json!({"digest": first, "revision": 2})).await;
    load_all(&test.app).await;
    assert_eq!(test.post(&score, &admin, &rows).await.status, StatusCode::OK);
}

#[tokio::test]
async fn shadow_sees_its_share_and_answers_nobody() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    let comparison = format!("{PLUGINS}/knn/comparison?candidate={second}");
    test.get(&comparison, &admin).await.is_problem(409, "nothing_active", None);
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let shadow = |more: Value| {
        let mut body = json!({"digest": second, "revision": 1, "state": "shadow"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (wrong, pointer) in [
        (json!({"shadow": {"percent": 0}}), "/shadow/percent"),
        (json!({"shadow": {"percent": 101}}), "/shadow/percent"),
        (json!({"canary": {"percent": 5, "sticky": "tenant"}}), "/canary"),
        (json!({"state": "active", "shadow": {"percent": 5}}), "/shadow"),
        (json!({"force": {"reason": ""}}), "/force/reason"),
        (json!({"force": {"reason": "x".repeat(201)}}), "/force/reason"),
    ] {
        let refused = change(&test, &admin, "promote", shadow(wrong)).await;
        refused.is_problem(422, "invalid_body", Some(pointer));
    }
    let promoted = change(&test, &admin, "promote", shadow(json!({}))).await;
    assert_eq!(promoted.json["shadow"], json!({"percent": 10}), "{promoted:?}");
    let body =
        json!({"digest": second, "revision": 2, "state": "shadow", "shadow": {"percent": 100}});
    assert_eq!(change(&test, &admin, "promote", body).await.status, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(answers(&test, &admin, "knn").await, first);
    }
    // Nobody computes in this test: what was offered waits.
    let compared = test.get(&comparison, &admin).await;
    assert_eq!(compared.json["requests"], 0, "{compared:?}");
    assert_eq!(compared.json["gate"]["passed"], false);
    assert_eq!(compared.json["active"]["digest"], first.as_str());
    let refused = change(&test, &admin, "promote", json!({"digest": second, "revision": 3})).await;
    refused.is_problem(409, "gate", Some("/gate/requests_min"));
    let unknown = test.get(&format!("{PLUGINS}/knn/comparison?candidate=sha256:x"), &admin).await;
    unknown.is_problem(404, "not_found", None);
}

#[tokio::test]
async fn canary_serves_its_share_and_stays_with_a_tenant() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &version(KNN, b"1.0.1")).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let canary = |percent, sticky, revision| {
        json!({"digest": second, "revision": revision, "state": "canary",
               "canary": {"percent": percent, "sticky": sticky}})
    };
    let sings = change(&test, &admin, "promote", canary(100, "tenant", 1)).await;
    assert_eq!(sings.json["canary"], json!({"percent": 100, "sticky": "tenant"}), "{sings:?}");
    assert_eq!(answers(&test, &admin, "knn").await, second);
    assert_eq!(answers(&test, &admin, "knn@1.0.0").await, first);
    let metrics = test.get("/metrics", "").await.text;
    assert!(metrics.contains("detector=\"knn\"") && !metrics.contains("knn@"), "{metrics}");
    let half = change(&test, &admin, "promote", canary(50, "model", 2)).await;
    assert_eq!(half.json["revision"], 3, "{half:?}");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        seen.insert(answers(&test, &admin, "knn").await);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>().len(), 2);
    let refused = change(&test, &admin, "promote", canary(0, "model", 3)).await;
    refused.is_problem(422, "invalid_body", Some("/canary/percent"));
    let body = json!({"digest": second, "revision": 3, "state": "canary"});
    change(&test, &admin, "promote", body).await.is_problem(422, "invalid_body", Some("/canary"));
}

/// A key and its secret half, trusted for `scope`; the identifier.
async fn trust(test: &TestApp, admin: &str, seed: u8, scope: &str) -> (String, String) {
    let secret = SigningKey::from_bytes(&[seed; 32]);
    let public = STANDARD.encode(secret.verifying_key().to_bytes());
    let body = json!({"public_key": public, "owner": "Ada", "scope": [scope]});
    let made = test.post(KEYS, admin, &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let pem = secret.to_pkcs8_pem(ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF).unwrap();
    (made.string("/id"), pem.to_string())
}

#[tokio::test]
async fn signature_counts_for_its_bytes_and_within_its_keys_scope() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let (id, pem) = trust(&test, &admin, 7, "kn*").await;
    let (_, scoped) = trust(&test, &admin, 8, "acme_*").await;
    let header = |bytes: &[u8], pem: &str| crate::plugins::sign(bytes, pem).unwrap().0;
    let cases = [
        (header(ECOD, &pem), "has not signed these bytes"),
        (header(KNN, &scoped), "may sign acme_*, not `knn`"),
        (
            header(KNN, &scoped).replace(&header(KNN, &scoped)[..22], &header(KNN, &pem)[..22]),
            "has not signed these bytes",
        ),
    ];
    for (signature, reason) in cases {
        let refused = send(&test, &admin, KNN, &[("pynomaly-signature", &signature)]).await;
        refused.is_problem(422, "plugin_signature", Some(""));
        assert!(refused.string("/detail").ends_with(reason), "{refused:?}");
    }
    let signed = send(&test, &admin, KNN, &[("pynomaly-signature", &header(KNN, &pem))]).await;
    assert_eq!(signed.string("/key_id"), id, "{signed:?}");
    let inside = crate::plugins::sign_embedded(&variant(KNN, 2), &pem).unwrap();
    let signed = send(&test, &admin, &inside, &[]).await;
    assert_eq!(signed.string("/key_id"), id, "{signed:?}");
    let mut other = inside;
    // Of the code, not of the signature.
    let at = other.len() / 2;
    other[at] ^= 1;
    send(&test, &admin, &other, &[]).await.is_problem(422, "plugin_signature", Some(""));
    let path = format!("{KEYS}/{id}");
    assert_eq!(
        test.patch(&path, &admin, &json!({"is_active": false})).await.status,
        StatusCode::OK
    );
    let bytes = variant(KNN, 1);
    let late = send(&test, &admin, &bytes, &[("pynomaly-signature", &header(&bytes, &pem))]).await;
    late.is_problem(422, "plugin_signature", Some(""));
    let again = json!({"public_key": "AAAA", "owner": "Ada", "scope": ["*"]});
    let refused = test.post(KEYS, &admin, &again).await;
    refused.is_problem(422, "invalid_body", Some("/public_key"));
    let gone = test.send(Method::DELETE, &path, &admin, Body::empty()).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(test.get(KEYS, &admin).await.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn in_production_only_named_plugins_need_no_signature() {
    let (mut test, _) = TestApp::with_user(Role::Admin).await;
    let policy = PluginPolicy {
        is_signature_needed: true,
        unsigned: "ecod".into(),
        ..PluginPolicy::default()
    };
    let app = Arc::get_mut(&mut test.app).unwrap();
    app.plugins = Plugins::new(policy, Uuid::from_u128(1), "server".into(), &app.limits);
    let admin = test.login("ada@example.org", super::PASSWORD).await.string("/access_token");
    let refused = send(&test, &admin, KNN, &[]).await;
    refused.is_problem(422, "plugin_signature", Some(""));
    assert!(refused.string("/detail").ends_with("`knn` needs one here"), "{refused:?}");
    upload(&test, &admin, ECOD).await;
    let (_, pem) = trust(&test, &admin, 7, "*").await;
    let signature = crate::plugins::sign(KNN, &pem).unwrap().0;
    let signed = send(&test, &admin, KNN, &[("pynomaly-signature", &signature)]).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{signed:?}");
}

#[tokio::test]
async fn replica_follows_and_is_waited_for() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let replica = test.replica().await;
    for app in [&test.app, &replica.app] {
        beat(app).await.unwrap();
    }
    let first = upload(&test, &admin, KNN).await;
    // Here it is ready; there nobody has looked yet.
    let ready = async || {
        let versions = test.get(&format!("{PLUGINS}/knn"), &admin).await;
        let replicas = versions.json["items"][0]["replicas"].as_array().unwrap().clone();
        replicas.iter().filter(|it| it["is_ready"] == true).count()
    };
    assert_eq!(ready().await, 1);
    apply(&replica.app).await.unwrap();
    let promoting = change(&test, &admin, "promote", json!({"digest": first, "revision": 0}));
    let (promoted, ()) = tokio::join!(promoting, load_all(&replica.app));
    assert_eq!(promoted.status, StatusCode::OK, "{promoted:?}");
    assert_eq!(ready().await, 2);
    assert_eq!(answers(&test, &admin, "knn").await, first);
    apply(&replica.app).await.unwrap();
    assert_eq!(answers(&replica, &admin, "knn").await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn replica_has_the_cost_card_that_another_has_measured() {
    let (mut test, _) = TestApp::with_user(Role::Admin).await;
    let policy = PluginPolicy { is_self_tested: true, ..PluginPolicy::default() };
    let app = Arc::get_mut(&mut test.app).unwrap();
    app.plugins = Plugins::new(policy, Uuid::from_u128(1), "server".into(), &app.limits);
    let admin = test.login("ada@example.org", super::PASSWORD).await.string("/access_token");
    let first = upload(&test, &admin, KNN).await;
    let replica = test.replica().await;
    apply(&replica.app).await.unwrap();
    load_all(&replica.app).await;
    let path = format!("/api/v1/detectors/knn@{first}");
    let cost = replica.get(&path, &admin).await.json["cost"].clone();
    assert_eq!(cost["digest"], first, "{cost}");
    assert_eq!(cost, test.get(&path, &admin).await.json["cost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn version_that_was_never_tried_is_tried_when_it_is_uploaded_again() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let mut replica = test.replica().await;
    let policy = PluginPolicy { is_self_tested: true, ..PluginPolicy::default() };
    let app = Arc::get_mut(&mut replica.app).unwrap();
    app.plugins = Plugins::new(policy, Uuid::from_u128(2), "replica".into(), &app.limits);
    let report = async || {
        let versions = test.get(&format!("{PLUGINS}/knn"), &admin).await;
        versions.json["items"][0].get("report").cloned()
    };
    assert_eq!(report().await, None);
    let again = send(&replica, &admin, KNN, &[]).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(report().await.unwrap()["passed"], true);
    apply(&test.app).await.unwrap();
    let card = test.get(&format!("/api/v1/detectors/knn@{first}"), &admin).await;
    assert_eq!(card.json["cost"]["digest"], first, "{card:?}");
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.self_test", &admin).await;
    assert_eq!(logs.json["items"].as_array().unwrap().len(), 1, "{logs:?}");
}

#[tokio::test]
async fn server_that_ends_between_store_and_swap_comes_back_as_the_database_says() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    // What another server, or this one in its last moment, has stored.
    let promote = PluginChange {
        name: "knn",
        digest: &second,
        revision: 1,
        state: PluginState::Active,
        reason: None,
        changed_by: None,
        now: test.app.clock.now(),
    };
    let audit = crate::audit::Actor::local("test", test.app.clock.now());
    let audit = audit.done(&test.app.random, "plugin.promote", "knn");
    test.app.store.change_plugin(&promote, &audit).await.unwrap().unwrap();
    assert_eq!(answers(&test, &admin, "knn").await, first);
    let restarted = test.replica().await;
    apply(&restarted.app).await.unwrap();
    load_all(&restarted.app).await;
    assert_eq!(answers(&restarted, &admin, "knn").await, second);
    apply(&test.app).await.unwrap();
    assert_eq!(answers(&test, &admin, "knn").await, second);
    let verdict = test.app.store.verify_audit_logs().await.unwrap();
    assert!(matches!(verdict, pynomaly_store::AuditVerdict::Whole { .. }), "{verdict:?}");
}

#[tokio::test]
async fn what_cannot_be_compiled_here_does_not_displace_what_serves() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let first = upload(&test, &admin, KNN).await;
    change(&test, &admin, "promote", json!({"digest": first, "revision": 0})).await;
    let replica = test.replica().await;
    apply(&replica.app).await.unwrap();
    load_all(&replica.app).await;
    let second = upload(&test, &admin, &variant(KNN, 1)).await;
    change(&test, &admin, "promote", json!({"digest": second, "revision": 1})).await;
    // It knows of the second and has not compiled it.
    apply(&replica.app).await.unwrap();
    assert_eq!(answers(&replica, &admin, "knn").await, first);
    load_all(&replica.app).await;
    assert_eq!(answers(&replica, &admin, "knn").await, second);
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

/// The keeper of a folder; its calls block.
async fn keep(test: &TestApp, call: impl FnOnce(&Keeper) + Send + 'static) {
    let keeper = Keeper { app: Arc::clone(&test.app), runtime: Handle::current() };
    tokio::task::spawn_blocking(move || call(&keeper)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn file_is_an_upload_and_a_promotion_and_its_end_a_retirement() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("knn.wasm");
    let put = async |bytes: &[u8], is_new: bool| {
        std::fs::write(&path, bytes).unwrap();
        let path = path.clone();
        keep(&test, move |keeper| keeper.put("knn.wasm", &path, is_new)).await;
    };
    put(KNN, false).await;
    assert_eq!(answers(&test, &admin, "knn").await, digest(KNN));
    let next = variant(KNN, 1);
    put(&next, true).await;
    assert_eq!(answers(&test, &admin, "knn").await, digest(&next));
    put(b"broken", true).await;
    let list = test.get(PLUGINS, &admin).await;
    let refused = list.json["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&refused["state"], &refused["source"]), (&json!("refused"), &json!("knn.wasm")));
    assert!(refused["refused"]["reason"].as_str().unwrap().starts_with("format: "), "{refused}");
    assert_eq!(answers(&test, &admin, "knn").await, digest(&next));

    // What an admin decides stands, whatever the file is at the next start.
    change(&test, &admin, "rollback", json!({"revision": 2})).await;
    put(&next, false).await;
    assert_eq!(answers(&test, &admin, "knn").await, digest(KNN));
    // A new file does not undo it by itself.
    put(&variant(KNN, 2), true).await;
    let refused = test.get(PLUGINS, &admin).await.text;
    assert!(refused.contains("an admin decided that `knn` is served by"), "{refused}");
    assert_eq!(answers(&test, &admin, "knn").await, digest(KNN));
    put(&next, true).await;
    keep(&test, |keeper| keeper.begin(&[])).await;
    let states = states(&test, &admin).await;
    assert!(states.contains(&(digest(&next), "retired".into())), "{states:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_files_with_one_name_the_second_waits_for_the_end_of_the_first() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a.wasm"), folder.path().join("b.wasm"));
    let second = variant(KNN, 1);
    std::fs::write(&a, KNN).unwrap();
    std::fs::write(&b, &second).unwrap();
    let path = b.clone();
    keep(&test, move |keeper| {
        keeper.begin(&["a.wasm", "b.wasm"]);
        keeper.put("a.wasm", &a, false);
        keeper.put("b.wasm", &path, false);
        assert_eq!(keeper.refused(), ["b.wasm"]);
    })
    .await;
    assert_eq!(answers(&test, &admin, "knn").await, digest(KNN));
    keep(&test, move |keeper| {
        keeper.remove("a.wasm");
        keeper.put("b.wasm", &b, true);
        assert_eq!(keeper.refused(), [] as [&str; 0]);
    })
    .await;
    assert_eq!(answers(&test, &admin, "knn").await, digest(&second));
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

/// A tar of an image layout with `component`, and with `signature` where there is one.
fn layout(component: &[u8], signature: Option<&str>) -> Vec<u8> {
    let blob =
        |bytes: &[u8]| (format!("blobs/{}", digest(bytes).replace(':', "/")), bytes.to_vec());
    let described = |media_type: &str, bytes: &[u8]| json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()});
    let annotations = signature.map(|it| json!({"org.pynomaly.plugin.signature": it}));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("application/vnd.wasm.config.v0+json", b"{}"),
        "layers": [described("application/wasm", component)],
        "annotations": annotations.unwrap_or_else(|| json!({})),
    });
    let manifest = manifest.to_string().into_bytes();
    let manifests = [described("application/vnd.oci.image.manifest.v1+json", &manifest)];
    let index = json!({"schemaVersion": 2, "manifests": manifests}).to_string().into_bytes();
    let marker = br#"{"imageLayoutVersion": "1.0.0"}"#.to_vec();
    let files = [("oci-layout".to_owned(), marker), ("index.json".to_owned(), index)];
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files.into_iter().chain([blob(b"{}"), blob(&manifest), blob(component)]) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len().try_into().unwrap());
        tar.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

async fn send_layout(test: &TestApp, token: &str, tar: &[u8], more: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(format!("{PLUGINS}{}", query(more)))
        .header(header::CONTENT_TYPE, "application/vnd.oci.image.layout.v1+tar")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    for (name, value) in more.iter().filter(|(name, _)| *name != "digest") {
        request = request.header(*name, *value);
    }
    test.call(request.body(Body::from(tar.to_vec())).unwrap()).await
}

fn query(more: &[(&str, &str)]) -> String {
    let digest = more.iter().find(|(name, _)| *name == "digest");
    digest.map_or_else(String::new, |(_, digest)| format!("?digest={digest}"))
}

#[tokio::test]
async fn layout_is_an_upload_of_the_component_within() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let tar = layout(KNN, None);
    let of_tar = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&tar)));
    let headers = [("content-digest", &*of_tar), ("digest", &*digest(KNN))];
    let answer = send_layout(&test, &admin, &tar, &headers).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.string("/digest"), digest(KNN));
    // As it is, it is the same version.
    assert_eq!(send(&test, &admin, KNN, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn layout_is_refused_with_the_step_and_stores_nothing() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let good = layout(KNN, None);
    let mut spoilt = good.clone();
    let at = spoilt.windows(KNN.len()).position(|it| it == KNN).unwrap();
    spoilt[at + 100] ^= 1;
    let mut huge = good.clone();
    huge.truncate(good.len() - 1024);
    let mut claim = tar::Header::new_ustar();
    claim.set_path("index.json").unwrap();
    claim.set_size(1 << 30);
    claim.set_cksum();
    huge.extend_from_slice(claim.as_bytes());
    let other = digest(b"other");
    let of_component = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(KNN)));
    let long = vec![0; 33 * 1024 * 1024 + 1];
    let cases: [Case<'_>; 9] = [
        (b"", &[], 422, "plugin_refused", "layout: oci-layout: there is none"),
        (KNN, &[], 422, "plugin_refused", "layout: archive: "),
        (&good[..good.len() / 2], &[], 422, "plugin_refused", "layout: archive: "),
        (&spoilt, &[], 422, "plugin_refused", "layout: blob: "),
        (&huge, &[], 422, "plugin_refused", "layout: archive: `index.json` claims 1073741824"),
        (&long, &[], 413, "body_too_large", "the body has more"),
        (&good, &[("content-encoding", "gzip")], 415, "content_encoding", "the component"),
        // The one is of the body, the other of the component.
        (&good, &[("content-digest", &of_component)], 422, "digest_mismatch", "digest: "),
        (&good, &[("digest", &other)], 422, "digest_mismatch", "digest: "),
    ];
    for (tar, headers, status, code, detail) in cases {
        let answer = send_layout(&test, &admin, tar, headers).await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        assert_eq!(answer.string("/code"), code, "{answer:?}");
        assert!(answer.string("/detail").starts_with(detail), "{answer:?}");
    }
    let text = layout(b"text", None);
    let answer = send_layout(&test, &admin, &text, &[]).await;
    assert!(answer.string("/detail").starts_with("format: "), "{answer:?}");
    assert!(states(&test, &admin).await.is_empty());
    let logs = test.get("/api/v1/admin/audit-logs?action=plugin.upload", &admin).await;
    assert_eq!(logs.json["items"].as_array().unwrap().len(), 8, "{logs:?}");
}

#[tokio::test]
async fn signature_within_a_layout_counts_as_one_beside() {
    let (test, admin) = TestApp::with_user(Role::Admin).await;
    let key = SigningKey::from_bytes(&[7; 32]).to_pkcs8_pem(Default::default()).unwrap();
    let (signature, public_key) = crate::plugins::sign(KNN, &key).unwrap();
    let tar = layout(KNN, Some(&signature));
    let unknown = send_layout(&test, &admin, &tar, &[]).await;
    unknown.is_problem(422, "plugin_signature", Some(""));
    let trust = json!({"public_key": public_key, "owner": "Ada", "scope": ["knn"]});
    assert_eq!(test.post(KEYS, &admin, &trust).await.status, StatusCode::CREATED);
    let (of_other, _) = crate::plugins::sign(b"other", &key).unwrap();
    let two = send_layout(&test, &admin, &tar, &[("pynomaly-signature", &of_other)]).await;
    assert!(two.string("/detail").contains("the header has one and the artifact another"));
    let moved = send_layout(&test, &admin, &layout(KNN, Some(&of_other)), &[]).await;
    moved.is_problem(422, "plugin_signature", Some(""));
    let no_signature = send_layout(&test, &admin, &layout(KNN, Some("x")), &[]).await;
    no_signature.is_problem(422, "plugin_signature", Some(""));
    let headers = [("pynomaly-signature", &*signature)];
    let answer = send_layout(&test, &admin, &tar, &headers).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert!(!answer.string("/key_id").is_empty());
}
