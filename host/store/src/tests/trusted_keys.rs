use super::{TestStore, audit, moment};
use crate::{StoreError, TrustedKey};

#[tokio::test]
async fn trusted_key_comes_changes_and_goes() {
    let test = TestStore::new().await;
    let store = &test.store;
    let mut key = TrustedKey {
        id: "ab".into(),
        public_key: [9; 32],
        owner: "Ada".into(),
        scope: "knn acme_*".into(),
        is_active: true,
        created_at: moment(0),
    };
    store.create_trusted_key(&key, &audit(1)).await.unwrap();
    let again = store.create_trusted_key(&key, &audit(2)).await;
    assert!(matches!(again, Err(StoreError::NameTaken)));
    key.is_active = false;
    assert!(store.update_trusted_key(&key, &audit(3)).await.unwrap());
    assert_eq!(store.get_trusted_key("ab").await.unwrap().as_ref(), Some(&key));
    assert_eq!(store.list_trusted_keys().await.unwrap(), [key]);
    assert!(store.delete_trusted_key("ab", &audit(4)).await.unwrap());
    assert!(!store.delete_trusted_key("ab", &audit(5)).await.unwrap());
    assert_eq!(store.get_trusted_key("ab").await.unwrap(), None);
}
