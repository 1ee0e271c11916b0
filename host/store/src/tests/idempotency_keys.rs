use super::{TestStore, moment};
use crate::Begun;
use uuid::Uuid;

const ADA: Uuid = Uuid::from_u128(1);

async fn begin(test: &TestStore, digest: u8, seconds: i64) -> Begun {
    let (now, stale) = (moment(seconds), moment(seconds - 60));
    test.store.begin_idempotent(ADA, "key", &[digest; 32], now, stale).await.unwrap()
}

#[tokio::test]
async fn first_runs_and_others_have_its_answer() {
    let test = TestStore::new().await;
    assert_eq!(begin(&test, 1, 0).await, Begun::New);
    assert_eq!(begin(&test, 1, 1).await, Begun::Running);
    test.store.finish_idempotent(ADA, "key", 201, Some(b"{}")).await.unwrap();
    let done = Begun::Done { status: 201, body: Some(b"{}".to_vec()) };
    assert_eq!(begin(&test, 1, 2).await, done);
    assert_eq!(begin(&test, 2, 3).await, Begun::Other);
    assert_eq!(test.store.prune_idempotency_keys(moment(9)).await.unwrap(), 1);
    assert_eq!(begin(&test, 2, 4).await, Begun::New);
}

#[tokio::test]
async fn abandoned_and_stale_keys_are_taken_again() {
    let test = TestStore::new().await;
    assert_eq!(begin(&test, 1, 0).await, Begun::New);
    test.store.abandon_idempotent(ADA, "key").await.unwrap();
    assert_eq!(begin(&test, 1, 1).await, Begun::New);
    assert_eq!(begin(&test, 1, 61).await, Begun::Running);
    assert_eq!(begin(&test, 1, 62).await, Begun::New);
    assert_eq!(begin(&test, 1, 63).await, Begun::Running);
}

#[tokio::test]
async fn of_a_crowd_one_runs() {
    let test = TestStore::new().await;
    let begins = (0..20).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move {
            store.begin_idempotent(ADA, "key", &[1; 32], moment(0), moment(-60)).await
        })
    });
    let mut new = 0;
    for begun in begins.collect::<Vec<_>>() {
        new += u32::from(begun.await.unwrap().unwrap() == Begun::New);
    }
    assert_eq!(new, 1);
}
