use super::{TestStore, audit, moment};
use crate::{ApiKey, HOME_TENANT, Owner, User};
use uuid::Uuid;

fn key(number: u128, user: &User) -> ApiKey {
    ApiKey {
        id: Uuid::from_u128(number),
        tenant_id: user.tenant_id,
        user_id: user.id,
        name: "nightly".into(),
        prefix: format!("pyn_{number}"),
        scopes: "detect read".into(),
        is_active: true,
        created_at: moment(0),
        expires_at: Some(moment(100)),
        last_used_at: None,
    }
}

#[tokio::test]
async fn key_is_found_by_its_prefix_with_what_its_user_may_do() {
    let (test, ada) = TestStore::with_user().await;
    let mut key = key(7, &ada);
    test.store.create_api_key(&key, &[3; 32], &audit(2)).await.unwrap();
    test.store.touch_api_key(key.id, moment(5)).await.unwrap();
    key.last_used_at = Some(moment(5));
    let known = test.store.find_api_key("pyn_7").await.unwrap().unwrap();
    assert_eq!((known.key, known.secret_hash, known.role), (key, [3; 32], ada.role));
    assert!(known.is_valid);
    assert_eq!(test.store.find_api_key("pyn_8").await.unwrap(), None);
    let (tenant, active) = (ada.tenant_id, Some(false));
    test.store.update_user(tenant, ada.id, None, active, &audit(3)).await.unwrap();
    assert!(!test.store.find_api_key("pyn_7").await.unwrap().unwrap().is_valid);
}

#[tokio::test]
async fn only_its_owner_revokes_a_key_and_once() {
    let (test, ada) = TestStore::with_user().await;
    test.store.create_api_key(&key(7, &ada), &[3; 32], &audit(2)).await.unwrap();
    let id = Uuid::from_u128(7);
    let strangers = [
        Owner { tenant_id: Uuid::from_u128(9), user_id: None },
        Owner { tenant_id: HOME_TENANT, user_id: Some(Uuid::from_u128(9)) },
    ];
    for stranger in strangers {
        assert!(test.store.list_api_keys(stranger, None, 9).await.unwrap().items.is_empty());
        let revoked = test.store.revoke_api_key(stranger, id, moment(1), &audit(3)).await;
        assert_eq!(revoked.unwrap(), None);
    }
    let own = Owner { tenant_id: HOME_TENANT, user_id: Some(ada.id) };
    assert_eq!(test.store.list_api_keys(own, None, 9).await.unwrap().items.len(), 1);
    for (number, expected) in [(4, Some("pyn_7".to_owned())), (5, None)] {
        let revoked = test.store.revoke_api_key(own, id, moment(1), &audit(number)).await;
        assert_eq!(revoked.unwrap(), expected);
    }
    assert!(!test.store.find_api_key("pyn_7").await.unwrap().unwrap().is_valid);
    assert!(test.store.list_api_keys(own, None, 9).await.unwrap().items.is_empty());
}
