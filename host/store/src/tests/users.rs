use super::{TestStore, audit, user};
use crate::{HOME_TENANT, Role, StoreError};
use uuid::Uuid;

#[tokio::test]
async fn user_is_found_by_id_and_by_email_in_any_case() {
    let (test, ada) = TestStore::with_user().await;
    assert_eq!(test.store.find_user(ada.id).await.unwrap().as_ref(), Some(&ada));
    assert_eq!(test.store.find_user_by_email("ADA@example.org").await.unwrap(), Some(ada));
    assert_eq!(test.store.find_user_by_email("bob@example.org").await.unwrap(), None);
}

#[tokio::test]
async fn email_is_taken_whatever_its_case_and_nothing_is_written() {
    let (test, _) = TestStore::with_user().await;
    let twin = user(2, "Ada@Example.org");
    let refused = test.store.create_user(&twin, &audit(2)).await;
    assert!(matches!(refused, Err(StoreError::EmailTaken)));
    assert_eq!(test.store.find_user(twin.id).await.unwrap(), None);
    // The audit entry of the refused attempt is free again: it went with the user.
    test.store.create_user(&user(3, "eve@example.org"), &audit(2)).await.unwrap();
}

#[tokio::test]
async fn list_goes_newest_first_page_by_page() {
    let test = TestStore::new().await;
    assert!(!test.store.any_user().await.unwrap());
    for number in 1..=5 {
        let user = user(number, &format!("{number}@example.org"));
        test.store.create_user(&user, &audit(number)).await.unwrap();
    }
    assert!(test.store.any_user().await.unwrap());
    let first = test.store.list_users(HOME_TENANT, None, 3).await.unwrap();
    assert_eq!(first.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [5, 4, 3]);
    let second = test.store.list_users(HOME_TENANT, first.next, 3).await.unwrap();
    assert_eq!(second.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((first.next, second.next), (Some(Uuid::from_u128(3)), None));
}

#[tokio::test]
async fn update_changes_only_what_is_given() {
    let (test, ada) = TestStore::with_user().await;
    assert!(
        test.store.update_user(HOME_TENANT, ada.id, None, Some(false), &audit(2)).await.unwrap()
    );
    assert!(
        test.store
            .update_user(HOME_TENANT, ada.id, Some(Role::Viewer), None, &audit(3))
            .await
            .unwrap()
    );
    let changed = test.store.find_user(ada.id).await.unwrap().unwrap();
    assert_eq!((changed.role, changed.is_active), (Role::Viewer, false));
    assert_eq!(changed.email, ada.email);
    assert!(
        !test.store.update_user(HOME_TENANT, Uuid::nil(), None, None, &audit(4)).await.unwrap()
    );
}

#[tokio::test]
async fn user_of_another_tenant_is_neither_listed_nor_changed() {
    let (test, ada) = TestStore::with_user().await;
    let other = Uuid::from_u128(99);
    assert!(test.store.list_users(other, None, 9).await.unwrap().items.is_empty());
    let changed = test.store.update_user(other, ada.id, None, Some(false), &audit(2)).await;
    assert!(!changed.unwrap());
    assert_eq!(test.store.find_user(ada.id).await.unwrap(), Some(ada));
}
