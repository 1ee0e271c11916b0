//! Opening and closing, and what every operation shares.

use crate::StoreError;
use crate::detections::Writer;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use std::path::PathBuf;
use std::time::Duration;

/// How long a statement waits for another one's write to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that each connection may keep in memory, as SQLite writes it: negative is KiB.
const CACHE_SIZE: &str = "-4000";

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The SQLite file; made, with its folder, if it is not there.
    pub file: PathBuf,
    /// Connections for everything but writing detections; at least 1.
    pub pool_size: u32,
    /// Detections that may wait to be written; one more is [`StoreError::Busy`].
    pub queue_length: usize,
    /// What an acknowledged detection survives.
    pub synchronous: Synchronous,
}

/// What an acknowledged detection survives. Users and sessions are always written as `Full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// The end of the process, `kill -9` included: SQLite has handed it to the operating system.
    /// After a power cut the latest detections may be missing; the database is whole.
    Normal,
    /// A power cut too: one wait for the disk for each batch.
    Full,
}

/// The database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
    pub(crate) writer: Writer,
}

impl Store {
    /// Opens the database, brings its schema up to date and starts the writer of detections.
    ///
    /// # Errors
    /// [`StoreError::Folder`], [`StoreError::Migrate`] or [`StoreError::Database`].
    pub async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        if let Some(folder) = options.file.parent() {
            std::fs::create_dir_all(folder).map_err(StoreError::Folder)?;
        }
        let connect = connect_options(options);
        let pool = SqlitePoolOptions::new()
            .max_connections(options.pool_size)
            .test_before_acquire(false)
            .connect_with(connect.clone())
            .await?;
        sqlx::migrate!("../../migrations/sqlite").run(&pool).await?;
        let synchronous = match options.synchronous {
            Synchronous::Normal => SqliteSynchronous::Normal,
            Synchronous::Full => SqliteSynchronous::Full,
        };
        let connect = connect.synchronous(synchronous);
        let connection = sqlx::SqliteConnection::connect_with(&connect).await?;
        let writer = Writer::start(connection, options.queue_length);
        Ok(Self { pool, writer })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it does not, [`StoreError::Closed`] if detections cannot be
    /// written any more.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if self.writer.is_closed() {
            return Err(StoreError::Closed);
        }
        sqlx::query("SELECT count(*) FROM users").execute(&self.pool).await?;
        Ok(())
    }

    /// Writes what waits, then closes the database.
    pub async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }
}

fn connect_options(options: &StoreOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(&options.file)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_SIZE)
        .disable_statement_logging()
}
