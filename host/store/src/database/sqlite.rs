//! Opening SQLite.

use crate::{StoreError, StoreOptions, Synchronous};
use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for another one's write to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that each connection may keep in memory, as SQLite writes it: negative is KiB.
const CACHE_SIZE: &str = "-4000";

pub(super) async fn open(file: &Path, options: &StoreOptions) -> Result<SqlitePool, StoreError> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(StoreError::Folder)?;
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(options.pool.connections_max)
        .acquire_timeout(options.pool.timeout)
        .test_before_acquire(false)
        .connect_with(connect_options(file))
        .await?;
    sqlx::migrate!("../../migrations/sqlite").run(&pool).await?;
    Ok(pool)
}

pub(super) fn open_for_writer(
    file: &Path,
    options: &StoreOptions,
) -> Result<SqlitePool, StoreError> {
    let synchronous = match options.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    let pool = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    Ok(pool.connect_lazy_with(connect_options(file).synchronous(synchronous)))
}

fn connect_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("cache_size", CACHE_SIZE)
        .disable_statement_logging()
}
