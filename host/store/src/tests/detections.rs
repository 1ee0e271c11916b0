use super::{TestStore, moment, options};
use crate::{Detection, DetectionSummary, Store, StoreError};
use std::time::Duration;
use uuid::Uuid;

const ADA: Uuid = Uuid::from_u128(1);
const BOB: Uuid = Uuid::from_u128(2);

fn detection(number: u128, user_id: Uuid) -> Detection {
    let summary = DetectionSummary {
        id: Uuid::from_u128(number),
        user_id,
        detector_type: "knn".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "sha256:ab".into(),
        parameters: r#"{"n_neighbors":5}"#.into(),
        seed: u64::MAX,
        data_digest: "sha256:cd".into(),
        threshold: 0.1 + 0.2,
        rows: 3,
        columns: 5,
        anomalies: 1,
        fuel_used: Some(u64::MAX - 1),
        duration: Duration::from_micros(1234),
        created_at: moment(7),
    };
    Detection { summary, scores: vec![0.1, -0.0, f64::MIN_POSITIVE / 2.0] }
}

#[tokio::test]
async fn detection_comes_back_bit_for_bit_after_reopening() {
    let test = TestStore::new().await;
    let written = detection(1, ADA);
    test.store.insert_detection(written.clone()).await.unwrap();
    test.store.close().await;
    let reopened = Store::open(&options(test.folder.path())).await.unwrap();
    let read = reopened.get_detection(written.summary.id, None).await.unwrap().unwrap();
    assert_eq!(read.summary, written.summary);
    let bits = |scores: &[f64]| scores.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read.scores), bits(&written.scores));
}

#[tokio::test]
async fn detection_of_another_user_is_not_found() {
    let test = TestStore::new().await;
    test.store.insert_detection(detection(1, ADA)).await.unwrap();
    let id = Uuid::from_u128(1);
    assert!(test.store.get_detection(id, Some(ADA)).await.unwrap().is_some());
    assert!(test.store.get_detection(id, None).await.unwrap().is_some());
    assert_eq!(test.store.get_detection(id, Some(BOB)).await.unwrap(), None);
}

#[tokio::test]
async fn list_is_newest_first_by_page_and_by_owner() {
    let test = TestStore::new().await;
    for number in 1..=6 {
        let owner = if number % 2 == 0 { BOB } else { ADA };
        test.store.insert_detection(detection(number, owner)).await.unwrap();
    }
    let first = test.store.list_detections(Some(ADA), None, 2).await.unwrap();
    assert_eq!(first.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [5, 3]);
    let second = test.store.list_detections(Some(ADA), first.next, 2).await.unwrap();
    assert_eq!(second.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [1]);
    assert_eq!(second.next, None);
    let all = test.store.list_detections(None, None, 6).await.unwrap();
    assert_eq!((all.items.len(), all.next), (6, None));
}

#[tokio::test]
async fn every_acknowledged_detection_of_a_crowd_is_there() {
    let test = TestStore::new().await;
    let (mut acknowledged, mut busy) = (0, 0);
    let writes = (1..=500).map(|number| {
        let store = test.store.clone();
        tokio::spawn(async move { store.insert_detection(detection(number, ADA)).await })
    });
    for write in writes.collect::<Vec<_>>() {
        match write.await.unwrap() {
            Ok(()) => acknowledged += 1,
            Err(StoreError::Busy) => busy += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(acknowledged + busy, 500);
    let there = test.store.list_detections(None, None, 1000).await.unwrap();
    assert_eq!(there.items.len(), acknowledged);
}

#[tokio::test]
async fn one_bad_detection_does_not_fail_its_neighbours() {
    let test = TestStore::new().await;
    test.store.insert_detection(detection(1, ADA)).await.unwrap();
    let mut nan = detection(3, ADA);
    nan.summary.threshold = f64::NAN;
    let (twin, good, nan) = tokio::join!(
        test.store.insert_detection(detection(1, ADA)),
        test.store.insert_detection(detection(2, ADA)),
        test.store.insert_detection(nan),
    );
    assert!(matches!(twin, Err(StoreError::Database(_))));
    assert!(matches!(nan, Err(StoreError::Database(_))));
    good.unwrap();
    assert_eq!(test.store.list_detections(None, None, 9).await.unwrap().items.len(), 2);
}

#[tokio::test]
async fn closed_store_says_so() {
    let test = TestStore::new().await;
    test.store.ping().await.unwrap();
    test.store.close().await;
    assert!(matches!(test.store.ping().await, Err(StoreError::Closed)));
    let refused = test.store.insert_detection(detection(1, ADA)).await;
    assert!(matches!(refused, Err(StoreError::Closed)));
}
