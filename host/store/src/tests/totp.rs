use super::{TestStore, audit};
use crate::{HOME_TENANT, SecretColumn, Totp};
use uuid::Uuid;

#[tokio::test]
async fn second_factor_is_begun_confirmed_used_and_removed() {
    let (test, ada) = TestStore::with_user().await;
    let store = &test.store;
    assert_eq!(store.find_totp(ada.id).await.unwrap(), None);
    assert!(!store.use_totp_step(ada.id, 1).await.unwrap());
    assert!(store.begin_totp(ada.id, b"first", &audit(2)).await.unwrap());
    assert!(store.begin_totp(ada.id, b"second", &audit(3)).await.unwrap());
    assert!(!store.use_totp_step(ada.id, 1).await.unwrap(), "not confirmed");
    assert!(!store.confirm_totp(ada.id, b"first", 5, &audit(4)).await.unwrap(), "another one");
    assert!(store.confirm_totp(ada.id, b"second", 5, &audit(4)).await.unwrap());
    assert!(!store.confirm_totp(ada.id, b"second", 6, &audit(5)).await.unwrap());
    assert!(!store.begin_totp(ada.id, b"third", &audit(5)).await.unwrap());
    let found = store.find_totp(ada.id).await.unwrap();
    let expected = Totp { secret: b"second".to_vec(), is_enabled: true, last_step: Some(5) };
    assert_eq!(found, Some(expected));
    let used = [5, 6, 6, 4, 8].map(|step| store.use_totp_step(ada.id, step));
    let mut outcomes = Vec::new();
    for used in used {
        outcomes.push(used.await.unwrap());
    }
    assert_eq!(outcomes, [false, true, false, false, true]);
    assert!(!store.remove_totp(Uuid::from_u128(99), ada.id, &audit(5)).await.unwrap());
    assert!(store.remove_totp(HOME_TENANT, ada.id, &audit(5)).await.unwrap());
    assert!(!store.remove_totp(HOME_TENANT, ada.id, &audit(6)).await.unwrap());
    assert_eq!(store.find_totp(ada.id).await.unwrap(), None);
}

#[tokio::test]
async fn secrets_are_listed_in_order_and_replaced_where_nobody_was_faster() {
    let (test, ada) = TestStore::with_user().await;
    let (store, column) = (&test.store, SecretColumn::TotpSecret);
    let list = async |after| store.list_secrets(column, after, 10).await.unwrap();
    assert!(list(None).await.is_empty());
    store.begin_totp(ada.id, b"old", &audit(2)).await.unwrap();
    assert_eq!(list(None).await, [(ada.id, b"old".to_vec())]);
    assert!(list(Some(ada.id)).await.is_empty());
    assert!(!store.replace_secret(column, ada.id, b"other", b"new").await.unwrap());
    assert!(store.replace_secret(column, ada.id, b"old", b"new").await.unwrap());
    assert_eq!(list(None).await, [(ada.id, b"new".to_vec())]);
}
