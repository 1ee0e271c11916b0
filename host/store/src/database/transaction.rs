use super::patience::in_time;
use super::query::{On, Query};
use crate::StoreError;
use sqlx::{Postgres, Sqlite};

/// All or nothing: what is not committed is undone when this is dropped.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Transaction {
    /// A statement of this transaction.
    pub(crate) fn query(&mut self, sql: &'static str) -> Query<'_> {
        match self {
            Self::Sqlite(connection) => Query::sqlite(sql, On::Connection(connection)),
            Self::Postgres(connection) => Query::postgres(sql, On::Connection(connection)),
        }
    }

    /// Makes it durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => in_time(transaction.commit()).await?,
        }
        Ok(())
    }
}
