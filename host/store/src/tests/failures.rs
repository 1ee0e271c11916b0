//! A database that somebody else holds fast.

use super::{
    TestStore,
    detections::{ADA, detection},
};
use crate::StoreError;
use crate::database::Database;

#[tokio::test]
async fn locked_database_is_lost_for_all_who_wait_and_then_there_again() {
    let test = TestStore::new().await;
    let mut holder = hold(&test).await;
    let store = &test.store;
    let (first, second) = tokio::join!(
        store.insert_detection(detection(1, ADA)),
        store.insert_detection(detection(2, ADA))
    );
    for outcome in [first, second] {
        assert!(matches!(outcome, Err(StoreError::Lost)), "{outcome:?}");
    }
    holder.release().await;
    store.insert_detection(detection(3, ADA)).await.unwrap();
}

enum Holder {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    Gone,
}

/// Nobody can write as long as it lives.
async fn hold(test: &TestStore) -> Holder {
    match &test.store.database {
        Database::Sqlite(pool) => Holder::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await.unwrap()),
        Database::Postgres(pool) => {
            let mut transaction = pool.begin().await.unwrap();
            let hold = "SET LOCAL idle_in_transaction_session_timeout = 0;
                        LOCK TABLE detections IN ACCESS EXCLUSIVE MODE";
            sqlx::raw_sql(hold).execute(&mut *transaction).await.unwrap();
            Holder::Postgres(transaction)
        }
    }
}

impl Holder {
    async fn release(&mut self) {
        match std::mem::replace(self, Self::Gone) {
            Self::Sqlite(transaction) => transaction.rollback().await.unwrap(),
            Self::Postgres(transaction) => transaction.rollback().await.unwrap(),
            Self::Gone => {}
        }
    }
}
