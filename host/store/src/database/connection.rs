use super::checkpoint::COPY;
use super::query::{On, Query};
use super::{postgres, sqlite};
use crate::{Location, StoreError, StoreOptions};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

/// One connection of its own, for what writes all the time: nothing is lent, checked and given
/// back.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

impl Connection {
    /// One for something said once. The schema stays as it is.
    pub(crate) async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        Self::open_for_writer(options).await
    }

    /// The connection of the writer of detections.
    pub(crate) async fn open_for_writer(options: &StoreOptions) -> Result<Self, StoreError> {
        Ok(match &options.location {
            Location::Sqlite(file) => {
                Self::Sqlite(Box::new(sqlite::open_for_writer(file, options).await?))
            }
            Location::Postgres(url) => {
                Self::Postgres(Box::new(postgres::open_for_writer(url, options).await?))
            }
        })
    }

    /// A statement of its own.
    pub(crate) fn query(&mut self, sql: &'static str) -> Query<'_> {
        match self {
            Self::Sqlite(connection) => Query::sqlite(sql, On::Connection(connection)),
            Self::Postgres(connection) => Query::postgres(sql, On::Connection(connection)),
        }
    }

    /// The first of several statements that [`Query::execute_together`] runs.
    pub(crate) fn together(&mut self, name: &'static str, sql: &'static str) -> Query<'_> {
        self.query("").together(name, sql)
    }

    /// After [`Query::execute_together`] has failed: ends what it began.
    pub(crate) async fn undo(&mut self) {
        if let Self::Sqlite(_) = self {
            // There is nothing to undo where it was the beginning that failed.
            let _ = self.query("ROLLBACK").execute().await;
        }
    }

    /// Whether it is cheaper to write many detections down first and put them where they belong
    /// later: SQLite writes whole pages, of which each batch would change one in every index.
    pub(crate) fn wants_journal(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Copies what is left of SQLite's log; the next statement of this connection, if it is the
    /// next that writes, begins it anew.
    pub(crate) async fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.query(COPY).execute().await.map(drop)
    }

    pub(crate) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }
}
