//! Opening SQLite.

use super::schema;
use crate::{StoreError, StoreOptions, Synchronous};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection};
use std::path::Path;
use std::time::Duration;

/// From an empty database to the schema of this program.
pub(super) fn steps() -> Migrator {
    sqlx::migrate!("../../migrations/sqlite")
}

/// How long a statement waits for another one's write to end.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that a connection may keep in memory, as SQLite writes it: negative is KiB. The system has
/// them too; it is the writer that changes the same ones again and again.
const CACHE_SIZE: &str = "-1000";
const WRITER_CACHE_SIZE: &str = "-4000";

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
    let mut migrator = steps();
    schema::accept(&mut migrator, &applied(&pool).await?)?;
    migrator.run(&pool).await?;
    Ok(pool)
}

/// The migrations that the database has been through; none where it is new.
async fn applied(pool: &SqlitePool) -> Result<Vec<(i64, String)>, StoreError> {
    let table = "SELECT name FROM sqlite_master WHERE name = '_sqlx_migrations'";
    if sqlx::query(table).fetch_optional(pool).await?.is_none() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(schema::APPLIED).fetch_all(pool).await?)
}

pub(super) async fn open_for_writer(
    file: &Path,
    options: &StoreOptions,
) -> Result<SqliteConnection, StoreError> {
    let synchronous = match options.synchronous {
        Synchronous::Normal => SqliteSynchronous::Normal,
        Synchronous::Full => SqliteSynchronous::Full,
    };
    let options = connect_options(file).pragma("cache_size", WRITER_CACHE_SIZE);
    Ok(options.synchronous(synchronous).connect().await?)
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
        // See `checkpoint.rs`.
        .pragma("wal_autocheckpoint", "0")
        .disable_statement_logging()
}
