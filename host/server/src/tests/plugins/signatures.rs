//! Who may vouch for a plugin.

use super::*;

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
    let admin = test.login("ada@example.org", PASSWORD).await.string("/access_token");
    let refused = send(&test, &admin, KNN, &[]).await;
    refused.is_problem(422, "plugin_signature", Some(""));
    assert!(refused.string("/detail").ends_with("`knn` needs one here"), "{refused:?}");
    upload(&test, &admin, ECOD).await;
    let (_, pem) = trust(&test, &admin, 7, "*").await;
    let signature = crate::plugins::sign(KNN, &pem).unwrap().0;
    let signed = send(&test, &admin, KNN, &[("pynomaly-signature", &signature)]).await;
    assert_eq!(signed.status, StatusCode::CREATED, "{signed:?}");
}
