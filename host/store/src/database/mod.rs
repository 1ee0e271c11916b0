//! One door to either database: SQLite, or Postgres.
//!
//! Every statement is written once, with `$1`, `$2`, … for its arguments and only what both
//! databases understand; `migrations/README.md` says how nouns become columns on each. The two
//! differ in how they are opened, and in nothing that the rest of this crate sees.

mod checkpoint;
mod connection;
mod patience;
mod postgres;
mod query;
mod schema;
mod sqlite;
mod transaction;

pub(crate) use checkpoint::Checkpoints;
pub(crate) use connection::Connection;
pub(crate) use query::{Query, Row};
pub(crate) use transaction::Transaction;

use crate::{Location, StoreError, StoreOptions};
use patience::in_time;
use query::On;
use sqlx::{PgPool, SqlitePool};

/// The number of the last step of the schema that this program knows.
pub(crate) fn newest_schema(location: &Location) -> i64 {
    let steps = match location {
        Location::Sqlite(_) => sqlite::steps(),
        Location::Postgres(_) => postgres::steps(),
    };
    steps.iter().map(|step| step.version).max().unwrap_or_default()
}

/// An open database. Clones share it.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Database {
    /// Opens the database for everything but detections, and brings its schema up to date.
    pub(crate) async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        match &options.location {
            Location::Sqlite(file) => sqlite::open(file, options).await.map(Self::Sqlite),
            Location::Postgres(url) => postgres::open(url, options).await.map(Self::Postgres),
        }
    }

    /// Starts what has to be done beside all writing, where there is anything.
    pub(crate) fn start_checkpoints(&self) -> Option<Checkpoints> {
        match self {
            Self::Sqlite(pool) => Some(Checkpoints::start(pool.clone())),
            Self::Postgres(_) => None,
        }
    }

    /// A statement of its own.
    pub(crate) fn query(&self, sql: &'static str) -> Query<'_> {
        match self {
            Self::Sqlite(pool) => Query::sqlite(sql, On::Pool(pool)),
            Self::Postgres(pool) => Query::postgres(sql, On::Pool(pool)),
        }
    }

    /// Begins a transaction that will write. In boxes, as [`Query`] runs statements.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match self {
            // A transaction that reads before it writes would meet SQLITE_BUSY without waiting.
            Self::Sqlite(pool) => {
                Transaction::Sqlite(Box::pin(pool.begin_with("BEGIN IMMEDIATE")).await?)
            }
            Self::Postgres(pool) => Transaction::Postgres(Box::pin(in_time(pool.begin())).await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
