use super::{TestStore, audit, moment};
use crate::{CaptureSummary, HOME_TENANT, NewCapture};
use uuid::Uuid;

fn summary(number: u128) -> CaptureSummary {
    CaptureSummary {
        id: Uuid::from_u128(number),
        tenant_id: HOME_TENANT,
        detector_type: "knn".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "sha256:x".into(),
        error: "failed".into(),
        bytes: 3,
        created_at: moment(0),
        expires_at: moment(10),
    }
}

#[tokio::test]
async fn captures_are_few_go_after_a_while_and_are_their_organisation_s() {
    let test = TestStore::new().await;
    let insert = async |number| {
        let capture = NewCapture { summary: &summary(number), bundle: b"abc", count_max: 2 };
        test.store.insert_capture(&capture).await.unwrap()
    };
    assert_eq!([insert(1).await, insert(2).await, insert(3).await], [true, true, false]);
    let list = async |tenant, second| {
        test.store.list_captures(tenant, moment(second), None, 10).await.unwrap().items
    };
    assert_eq!(list(HOME_TENANT, 1).await, [summary(2), summary(1)]);
    assert_eq!(list(Uuid::from_u128(9), 1).await, []);
    assert_eq!(list(HOME_TENANT, 10).await, []);
    let read = async |tenant, second, number| {
        let id = Uuid::from_u128(1);
        test.store.read_capture(tenant, id, moment(second), &audit(number)).await.unwrap()
    };
    assert_eq!(read(HOME_TENANT, 1, 100).await, Some(b"abc".to_vec()));
    assert_eq!(read(Uuid::from_u128(9), 1, 101).await, None);
    assert_eq!(read(HOME_TENANT, 10, 102).await, None);
    let delete = async |tenant, number| {
        test.store.delete_capture(tenant, Uuid::from_u128(1), &audit(number)).await.unwrap()
    };
    assert!(!delete(Uuid::from_u128(9), 103).await && delete(HOME_TENANT, 104).await);
    assert!(!delete(HOME_TENANT, 105).await);
    assert!(insert(3).await);
    assert_eq!(test.store.prune_captures(moment(9)).await.unwrap(), 0);
    assert_eq!(test.store.prune_captures(moment(10)).await.unwrap(), 2);
}
