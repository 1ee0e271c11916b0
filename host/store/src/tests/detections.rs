use super::{TestStore, moment};
use crate::{
    Detection, DetectionDetails, DetectionFilter, DetectionSummary, HOME_TENANT, Location,
    NewDetection, Owner, Retention, Store, StoreError,
};
use std::time::Duration;
use uuid::Uuid;

pub(super) const ADA: Uuid = Uuid::from_u128(1);
const BOB: Uuid = Uuid::from_u128(2);

fn owner(user_id: Option<Uuid>) -> Owner {
    Owner { tenant_id: HOME_TENANT, user_id }
}

pub(super) fn detection(number: u128, user_id: Uuid) -> NewDetection {
    let summary = DetectionSummary {
        id: Uuid::from_u128(number),
        tenant_id: HOME_TENANT,
        user_id,
        model_id: None,
        detector_type: "knn".into(),
        detector_version: "1.0.0".into(),
        detector_digest: "sha256:ab".into(),
        parameters: r#"{"n_neighbors":5}"#.into(),
        pipeline: r#"{"scaling":"none"}"#.into(),
        seed: u64::MAX,
        data_digest: "sha256:cd".into(),
        threshold: 0.1 + 0.2,
        rows: 3,
        columns: 5,
        anomalies: 1,
        fuel_used: Some(u64::MAX - 1),
        duration: Duration::from_micros(1234),
        has_data: false,
        created_at: moment(7),
    };
    let scores = vec![0.1, -0.0, f64::MIN_POSITIVE / 2.0];
    let details = DetectionDetails::default();
    NewDetection { detection: Detection { summary, scores, details }, data: None }
}

#[tokio::test]
async fn detection_comes_back_bit_for_bit_after_reopening() {
    let test = TestStore::new().await;
    let written = detection(1, ADA);
    test.store.insert_detection(written.clone()).await.unwrap();
    test.store.close().await;
    let reopened = Store::open(&test.options).await.unwrap();
    let read = reopened.get_detection(Uuid::from_u128(1), owner(None)).await.unwrap().unwrap();
    let written = written.detection;
    assert_eq!(read.summary, written.summary);
    let bits = |scores: &[f64]| scores.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&read.scores), bits(&written.scores));
}

#[tokio::test]
async fn details_come_back_and_go_with_their_detection() {
    let test = TestStore::new().await;
    let details = DetectionDetails {
        suppressed: Some(vec![true, false, true]),
        contributions: Some(vec![0.1, -0.0, 1e-300]),
    };
    let mut written = detection(1, ADA);
    written.detection.details = details.clone();
    test.store.insert_detection(written).await.unwrap();
    let id = Uuid::from_u128(1);
    let read = test.store.get_detection(id, owner(None)).await.unwrap().unwrap();
    assert_eq!(read.details, details);
    let all = Retention { before: Some(moment(99)), count_max: None };
    assert_eq!(test.store.prune_detections(all, 10).await.unwrap(), 1);
    let sql = "SELECT count(*) FROM detection_details";
    let (left,) = test.store.database.query(sql).fetch_one::<(i64,)>().await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn detection_of_another_user_is_not_found() {
    let test = TestStore::new().await;
    test.store.insert_detection(detection(1, ADA)).await.unwrap();
    let id = Uuid::from_u128(1);
    assert!(test.store.get_detection(id, owner(Some(ADA))).await.unwrap().is_some());
    assert!(test.store.get_detection(id, owner(None)).await.unwrap().is_some());
    assert_eq!(test.store.get_detection(id, owner(Some(BOB))).await.unwrap(), None);
}

#[tokio::test]
async fn list_is_newest_first_by_page_and_by_owner() {
    let test = TestStore::new().await;
    for number in 1..=6 {
        let owner = if number % 2 == 0 { BOB } else { ADA };
        test.store.insert_detection(detection(number, owner)).await.unwrap();
    }
    let first = test
        .store
        .list_detections(owner(Some(ADA)), &DetectionFilter::default(), None, 2)
        .await
        .unwrap();
    assert_eq!(first.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [5, 3]);
    let second = test
        .store
        .list_detections(owner(Some(ADA)), &DetectionFilter::default(), first.next, 2)
        .await
        .unwrap();
    assert_eq!(second.items.iter().map(|it| it.id.as_u128()).collect::<Vec<_>>(), [1]);
    assert_eq!(second.next, None);
    let all = test
        .store
        .list_detections(owner(None), &DetectionFilter::default(), None, 6)
        .await
        .unwrap();
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
    let there = test
        .store
        .list_detections(owner(None), &DetectionFilter::default(), None, 1000)
        .await
        .unwrap();
    assert_eq!(there.items.len(), acknowledged);
}

#[tokio::test]
async fn what_a_process_left_in_the_journal_is_there_for_the_next() {
    let test = TestStore::new().await;
    for number in 1..=70 {
        test.store.insert_detection(detection(number, ADA)).await.unwrap();
    }
    // The first goes on as if it knew nothing of the second, and both settle the same detections.
    let second = Store::open(&test.options).await.unwrap();
    test.store.insert_detection(detection(71, ADA)).await.unwrap();
    for (store, count) in [(&second, 70), (&test.store, 71), (&second, 71)] {
        let all = DetectionFilter::default();
        let there = store.list_detections(owner(None), &all, None, 100).await.unwrap();
        assert!(there.items.len() >= count, "{}", there.items.len());
    }
    let id = Uuid::from_u128(70);
    let read = second.get_detection(id, owner(None)).await.unwrap().unwrap();
    assert_eq!(read, detection(70, ADA).detection);
}

#[tokio::test]
async fn what_one_process_settles_is_not_what_another_has_acknowledged() {
    let test = TestStore::new().await;
    let Location::Sqlite(_) = &test.options.location else { return };
    let second = Store::open(&test.options).await.unwrap();
    // As another process that has been killed since: nobody but its row knows of it.
    let row = postcard::to_stdvec([detection(1, ADA)].as_slice()).unwrap();
    let sql = "INSERT INTO detection_journal (writer, detections) VALUES ($1, $2)";
    let query = test.store.database.query(sql).bind(Uuid::from_u128(1)).bind(row);
    query.execute().await.unwrap();
    second.insert_detection(detection(2, ADA)).await.unwrap();
    assert!(second.get_detection(Uuid::from_u128(2), owner(None)).await.unwrap().is_some());
    let third = Store::open(&test.options).await.unwrap();
    assert!(third.get_detection(Uuid::from_u128(1), owner(None)).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_sqlite_is_bounded_under_a_load_that_never_pauses() {
    let test = TestStore::new().await;
    let Location::Sqlite(file) = &test.options.location else { return };
    let writers = (0..16).map(|writer| {
        let store = test.store.clone();
        tokio::spawn(async move {
            for number in 0..500 {
                let mut new = detection(1 + writer * 1000 + number, ADA);
                new.detection.scores = vec![0.5; 2000];
                store.insert_detection(new).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    // 16 KB of scores each, written twice: 256 MB.
    let log = std::fs::metadata(file.with_extension("db-wal")).unwrap().len();
    assert!(log < 160 << 20, "{} MiB", log >> 20);
}

#[tokio::test]
async fn one_bad_detection_does_not_fail_its_neighbours() {
    let test = TestStore::new().await;
    test.store.insert_detection(detection(1, ADA)).await.unwrap();
    let mut nan = detection(3, ADA);
    nan.detection.summary.threshold = f64::NAN;
    let (twin, good, nan) = tokio::join!(
        test.store.insert_detection(detection(1, ADA)),
        test.store.insert_detection(detection(2, ADA)),
        test.store.insert_detection(nan),
    );
    // The journal knows nothing of what is there already; the first stays.
    let is_journalled = matches!(test.options.location, Location::Sqlite(_));
    assert_eq!(twin.is_ok(), is_journalled);
    assert!(matches!(nan, Err(StoreError::Database(_))));
    good.unwrap();
    assert_eq!(
        test.store
            .list_detections(owner(None), &DetectionFilter::default(), None, 9)
            .await
            .unwrap()
            .items
            .len(),
        2
    );
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

#[tokio::test]
async fn filters_narrow_the_list() {
    let test = TestStore::new().await;
    for number in 1..=4_u128 {
        let mut new = detection(number, ADA);
        let summary = &mut new.detection.summary;
        // Version 7: the moment stands in front.
        let moment = moment(i64::try_from(number).unwrap());
        let milliseconds = moment.unix_timestamp_nanos() / 1_000_000;
        summary.id = Uuid::from_u128((milliseconds.unsigned_abs() << 80) + number);
        summary.created_at = moment;
        summary.detector_type = if number % 2 == 0 { "knn" } else { "ecod" }.into();
        summary.model_id = (number == 3).then_some(Uuid::from_u128(33));
        summary.anomalies = u64::from(number > 2);
        test.store.insert_detection(new).await.unwrap();
    }
    let cases = [
        (DetectionFilter::default(), vec![4, 3, 2, 1]),
        (DetectionFilter { detector_type: Some("knn".into()), ..Default::default() }, vec![4, 2]),
        (DetectionFilter { model_id: Some(Uuid::from_u128(33)), ..Default::default() }, vec![3]),
        (DetectionFilter { anomalies_only: true, ..Default::default() }, vec![4, 3]),
        (
            DetectionFilter {
                since: Some(moment(2)),
                until: Some(moment(4)),
                ..Default::default()
            },
            vec![3, 2],
        ),
    ];
    for (filter, expected) in cases {
        let page = test.store.list_detections(owner(None), &filter, None, 9).await.unwrap();
        let seconds = page.items.iter().map(|it| (it.created_at - moment(0)).whole_seconds());
        assert_eq!(seconds.collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn rows_are_kept_where_they_are_given() {
    let test = TestStore::new().await;
    let kept = NewDetection { data: Some(vec![1, 2, 3]), ..detection(1, ADA) };
    test.store.insert_detection(kept).await.unwrap();
    test.store.insert_detection(detection(2, ADA)).await.unwrap();
    for (number, data) in [(1, Some(vec![1, 2, 3])), (2, None)] {
        let id = Uuid::from_u128(number);
        let read = test.store.get_detection(id, owner(None)).await.unwrap().unwrap();
        assert_eq!(read.summary.has_data, data.is_some());
        assert_eq!(test.store.get_detection_data(id).await.unwrap(), data);
    }
}

#[tokio::test]
async fn old_and_surplus_detections_go_in_batches() {
    let test = TestStore::new().await;
    for number in 1..=10 {
        let mut new = detection(number, ADA);
        new.detection.summary.created_at = moment(i64::try_from(number).unwrap());
        test.store.insert_detection(new).await.unwrap();
    }
    let old = Retention { before: Some(moment(4)), count_max: None };
    let mut gone = Vec::new();
    for _ in 0..3 {
        gone.push(test.store.prune_detections(old, 2).await.unwrap());
    }
    assert_eq!(gone, [2, 1, 0]);
    let surplus = Retention { before: None, count_max: Some(5) };
    assert_eq!(test.store.prune_detections(surplus, 100).await.unwrap(), 2);
    let left = test.store.list_detections(owner(None), &DetectionFilter::default(), None, 99).await;
    let left: Vec<_> = left.unwrap().items.iter().map(|it| it.id.as_u128()).collect();
    assert_eq!(left, [10, 9, 8, 7, 6]);
}
