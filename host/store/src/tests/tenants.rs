use super::{TestStore, audit, moment};
use crate::{HOME_TENANT, Quota, StoreError, Tenant};
use uuid::Uuid;

fn tenant(number: u128, name: &str) -> Tenant {
    let quota = Quota { rate_requests: Some(9), rate_burst: None, fuel_per_day: Some(7) };
    let id = Uuid::from_u128(HOME_TENANT.as_u128() + number);
    Tenant { id, name: name.into(), is_active: true, quota, created_at: moment(0) }
}

#[tokio::test]
async fn tenant_is_made_listed_and_changed() {
    let test = TestStore::new().await;
    let mut acme = tenant(1, "acme");
    test.store.create_tenant(&acme, &audit(1)).await.unwrap();
    assert_eq!(test.store.get_tenant(acme.id).await.unwrap().as_ref(), Some(&acme));
    let all = test.store.list_tenants(None, 9).await.unwrap();
    assert_eq!(all.items.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["acme", "home"]);
    (acme.is_active, acme.quota) = (false, Quota::default());
    assert!(test.store.update_tenant(&acme, &audit(2)).await.unwrap());
    assert_eq!(test.store.get_tenant(acme.id).await.unwrap(), Some(acme));
    assert!(!test.store.update_tenant(&tenant(5, "none"), &audit(3)).await.unwrap());
}

#[tokio::test]
async fn name_of_a_tenant_is_unique() {
    let test = TestStore::new().await;
    let refused = test.store.create_tenant(&tenant(1, "home"), &audit(1)).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)));
}
