//! Image layouts as uploads.

use super::*;

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
