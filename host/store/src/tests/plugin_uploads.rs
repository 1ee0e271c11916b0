use super::{TestStore, moment};
use crate::PluginUpload;
use uuid::Uuid;

fn upload(number: u128) -> PluginUpload {
    PluginUpload {
        id: Uuid::from_u128(number),
        uploaded_by: (number > 1).then(|| Uuid::from_u128(7)),
        progress: "{}".into(),
        created_at: moment(1),
        changed_at: moment(1),
    }
}

#[tokio::test]
async fn newest_uploads_are_remembered_and_say_how_far_they_are() {
    let test = TestStore::new().await;
    for number in 1..=4 {
        test.store.insert_plugin_upload(&upload(number), 3).await.unwrap();
    }
    let first = test.store.list_plugin_uploads(None, 2).await.unwrap();
    assert_eq!(first.items, [upload(4), upload(3)]);
    let second = test.store.list_plugin_uploads(first.next, 2).await.unwrap();
    assert_eq!((second.items, second.next), (vec![upload(2)], None));
    let update = async |number| {
        let id = Uuid::from_u128(number);
        test.store.update_plugin_upload(id, r#"{"a":1}"#, moment(2)).await.unwrap()
    };
    assert!(update(3).await && !update(1).await);
    let there = test.store.get_plugin_upload(Uuid::from_u128(3)).await.unwrap().unwrap();
    assert_eq!((there.progress.as_str(), there.changed_at), (r#"{"a":1}"#, moment(2)));
    assert_eq!(test.store.get_plugin_upload(Uuid::from_u128(1)).await.unwrap(), None);
}
