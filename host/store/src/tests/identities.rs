use super::{TestStore, audit};
use crate::{Identity, StoreError};

#[tokio::test]
async fn identity_is_linked_once() {
    let (test, ada) = TestStore::with_user().await;
    let identity = |subject: &str| Identity { issuer: "https://a".into(), subject: subject.into() };
    assert_eq!(test.store.find_identity(&identity("1")).await.unwrap(), None);
    test.store.link_identity(&identity("1"), ada.id, &audit(2)).await.unwrap();
    let again = test.store.link_identity(&identity("1"), ada.id, &audit(3)).await;
    assert!(matches!(again, Err(StoreError::NameTaken)));
    assert_eq!(test.store.find_identity(&identity("1")).await.unwrap(), Some(ada));
    assert_eq!(test.store.find_identity(&identity("2")).await.unwrap(), None);
}
