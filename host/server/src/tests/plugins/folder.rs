//! Files of the plugin folder.

use super::*;

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
