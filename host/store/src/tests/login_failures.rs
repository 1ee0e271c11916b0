use super::{TestStore, moment};
use crate::{CountedLogin, LoginAttempt, LoginDelays, LoginSubject};
use time::{Duration, OffsetDateTime};

const DELAYS: LoginDelays =
    LoginDelays { first: Duration::SECOND, most: Duration::seconds(3), memory: Duration::HOUR };

fn subjects(account: &str) -> [LoginSubject; 2] {
    let subject = |name: &str, free| LoginSubject { name: name.into(), free };
    [subject(account, 2), subject("address", 4)]
}

async fn begin(test: &TestStore, account: &str, now: OffsetDateTime) -> LoginAttempt {
    test.store.begin_login(&subjects(account), &DELAYS, now).await.unwrap()
}

async fn counted(test: &TestStore, account: &str, now: OffsetDateTime) -> Vec<CountedLogin> {
    match begin(test, account, now).await {
        LoginAttempt::Counted(counted) => counted,
        locked => panic!("{locked:?}"),
    }
}

#[tokio::test]
async fn delay_begins_after_the_free_attempts_and_grows() {
    let test = TestStore::new().await;
    for _ in 0..3 {
        counted(&test, "ada", moment(0)).await;
    }
    assert_eq!(begin(&test, "ada", moment(0)).await, LoginAttempt::Locked(moment(1)));
    counted(&test, "ada", moment(1)).await;
    assert_eq!(begin(&test, "ada", moment(2)).await, LoginAttempt::Locked(moment(3)));
    // The attempts of one account have used up what the address had free.
    counted(&test, "bob", moment(3)).await;
    assert_eq!(begin(&test, "eve", moment(3)).await, LoginAttempt::Locked(moment(4)));
}

#[tokio::test]
async fn what_is_taken_back_was_never_counted() {
    let test = TestStore::new().await;
    for _ in 0..9 {
        let counted = counted(&test, "ada", moment(0)).await;
        test.store.take_back_login(&counted).await.unwrap();
    }
    for _ in 0..3 {
        counted(&test, "ada", moment(0)).await;
    }
    let old = counted(&test, "ada", moment(1)).await;
    test.store.take_back_login(&old).await.unwrap();
    counted(&test, "ada", moment(1)).await;
    test.store.forget_login_failures("ada").await.unwrap();
    counted(&test, "ada", moment(1)).await;
}

#[tokio::test]
async fn failures_are_forgotten_with_time_and_pruned_by_age_and_number() {
    let test = TestStore::new().await;
    for _ in 0..3 {
        counted(&test, "ada", moment(0)).await;
    }
    let later = moment(3601);
    for _ in 0..3 {
        counted(&test, "ada", later).await;
    }
    counted(&test, "bob", moment(3700)).await;
    assert_eq!(test.store.prune_login_failures(moment(3000), 9).await.unwrap(), 0);
    assert_eq!(test.store.prune_login_failures(moment(3650), 9).await.unwrap(), 1, "ada");
    counted(&test, "eve", moment(3800)).await;
    assert_eq!(test.store.prune_login_failures(moment(0), 2).await.unwrap(), 1, "bob");
    assert_eq!(begin(&test, "bob", moment(3800)).await, LoginAttempt::Locked(moment(3801)));
}

#[tokio::test]
async fn of_many_at_the_same_time_no_more_than_the_free_ones_are_tried() {
    let test = TestStore::new().await;
    let tries = (0..20).map(|_| {
        let store = test.store.clone();
        tokio::spawn(async move { store.begin_login(&subjects("ada"), &DELAYS, moment(0)).await })
    });
    let tries: Vec<_> = tries.collect();
    let mut tried = 0;
    for attempt in tries {
        let attempt = attempt.await.unwrap().unwrap();
        tried += usize::from(matches!(attempt, LoginAttempt::Counted(_)));
    }
    assert_eq!(tried, 3);
}
