use super::{TestStore, audit, moment};
use crate::{Component, HOME_TENANT, ModelSummary, Owner, StoreError};
use std::time::Duration;
use uuid::Uuid;

const HOME: Owner = Owner { tenant_id: HOME_TENANT, user_id: None };
const OTHERS: Owner = Owner { tenant_id: Uuid::from_u128(9), user_id: None };

fn model(number: u128, name: &str) -> ModelSummary {
    ModelSummary {
        id: Uuid::from_u128(number),
        tenant_id: HOME_TENANT,
        user_id: Uuid::from_u128(1),
        name: name.into(),
        version: 1,
        detector_type: "knn".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "sha256:ab".into(),
        parameters: "{}".into(),
        pipeline: r#"{"scaling":"none"}"#.into(),
        seed: u64::MAX,
        data_digest: "sha256:cd".into(),
        threshold: 0.5,
        rows: 10,
        columns: 2,
        fuel_used: Some(5),
        duration: Duration::from_micros(7),
        state_digest: "sha256:ef".into(),
        state_bytes: 3,
        created_at: moment(0),
    }
}

fn component() -> Component {
    Component { digest: "sha256:ab".into(), bytes: vec![0, 97, 115, 109] }
}

async fn create(test: &TestStore, number: u128, name: &str) -> u64 {
    let (component, model) = (component(), model(number, name));
    let audit = audit(1_000 + number);
    test.store.create_model(&model, &[1, 2, 3], &[component], &audit).await.unwrap()
}

#[tokio::test]
async fn model_comes_back_with_its_state_and_component() {
    let test = TestStore::new().await;
    assert_eq!(create(&test, 1, "pumps").await, 1);
    let id = Uuid::from_u128(1);
    assert_eq!(test.store.get_model(HOME, id).await.unwrap(), Some(model(1, "pumps")));
    assert_eq!(test.store.get_model_state(id).await.unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(test.store.get_component("sha256:ab").await.unwrap(), Some(component().bytes));
    assert_eq!(test.store.get_model(OTHERS, id).await.unwrap(), None);
}

#[tokio::test]
async fn fitting_again_makes_the_next_version_of_the_name() {
    let test = TestStore::new().await;
    let versions = [
        create(&test, 1, "pumps").await,
        create(&test, 2, "pumps").await,
        create(&test, 3, "fans").await,
    ];
    assert_eq!(versions, [1, 2, 1]);
    let pumps = test.store.list_models(HOME, Some("pumps"), None, 9).await.unwrap();
    assert_eq!(pumps.items.iter().map(|it| it.version).collect::<Vec<_>>(), [2, 1]);
    assert!(test.store.list_models(OTHERS, None, None, 9).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn of_two_renames_one_is_lost_to_nobody() {
    let test = TestStore::new().await;
    create(&test, 1, "pumps").await;
    create(&test, 2, "fans").await;
    let id = Uuid::from_u128(1);
    let (audit_1, audit_2, audit_3) = (audit(1), audit(2), audit(3));
    let (first, second) = tokio::join!(
        test.store.rename_model(HOME, id, "pumps", "north", &audit_1),
        test.store.rename_model(HOME, id, "pumps", "south", &audit_2),
    );
    assert_ne!(first.unwrap(), second.unwrap());
    let name = test.store.get_model(HOME, id).await.unwrap().unwrap().name;
    assert!(!test.store.rename_model(OTHERS, id, &name, "mine", &audit_3).await.unwrap());
    let taken = test.store.rename_model(HOME, id, &name, "fans", &audit_3).await;
    assert!(matches!(taken, Err(StoreError::NameTaken)));
}

#[tokio::test]
async fn component_stays_for_as_long_as_a_model_needs_it() {
    let test = TestStore::new().await;
    create(&test, 1, "pumps").await;
    create(&test, 2, "pumps").await;
    assert!(!test.store.delete_model(OTHERS, Uuid::from_u128(1), &audit(1)).await.unwrap());
    for (number, is_kept) in [(1, true), (2, false)] {
        let id = Uuid::from_u128(number);
        assert!(test.store.delete_model(HOME, id, &audit(10 + number)).await.unwrap());
        assert_eq!(test.store.get_component("sha256:ab").await.unwrap().is_some(), is_kept);
        assert_eq!(test.store.get_model_state(id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn components_of_members_stay_for_as_long_as_a_model_needs_them() {
    let test = TestStore::new().await;
    let member = |digest: &str| Component { digest: digest.into(), bytes: vec![1] };
    let members = [member("sha256:01"), member("sha256:02")];
    let ensemble = ModelSummary { detector_digest: "ensemble:sha256:03".into(), ..model(1, "all") };
    test.store.create_model(&ensemble, &[1], &members, &audit(1_001)).await.unwrap();
    create(&test, 2, "pumps").await;
    for member in &members {
        let kept = test.store.get_component(&member.digest).await.unwrap();
        assert_eq!(kept, Some(member.bytes.clone()));
    }
    assert!(test.store.delete_model(HOME, Uuid::from_u128(1), &audit(2)).await.unwrap());
    assert_eq!(test.store.get_component("sha256:01").await.unwrap(), None);
    assert!(test.store.get_component("sha256:ab").await.unwrap().is_some());
}
