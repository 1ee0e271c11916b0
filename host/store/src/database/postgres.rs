//! Opening Postgres.

use super::schema;
use crate::{StoreError, StoreOptions};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use std::time::Duration;

/// From an empty database to the schema of this program.
pub(super) fn steps() -> Migrator {
    sqlx::migrate!("../../migrations/postgres")
}

/// What the server's own list of connections calls ours.
const APPLICATION_NAME: &str = "pynomaly";

/// How long a connection that comes back may take to say that it is there.
const PING_TIME_MAX: Duration = Duration::from_secs(2);

pub(super) async fn open(url: &str, options: &StoreOptions) -> Result<PgPool, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(options.pool.connections_max)
        .acquire_timeout(options.pool.timeout)
        .max_lifetime(options.pool.recycle)
        .test_before_acquire(options.pool.pre_ping)
        .after_release(|connection, _| Box::pin(is_answering(connection)))
        .connect_with(connect_options(url, options)?)
        .await?;
    let mut migrator = steps();
    schema::accept(&mut migrator, &applied(&pool).await?)?;
    // Under an advisory lock: replicas that start together migrate one after the other.
    migrator.run(&pool).await?;
    Ok(pool)
}

/// The migrations that the database has been through; none where it is new.
async fn applied(pool: &PgPool) -> Result<Vec<(i64, String)>, StoreError> {
    let table = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
    if !sqlx::query_scalar::<_, bool>(table).fetch_one(pool).await? {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(schema::APPLIED).fetch_all(pool).await?)
}

pub(super) async fn open_for_writer(
    url: &str,
    options: &StoreOptions,
) -> Result<PgConnection, StoreError> {
    let connect_options = connect_options(url, options)?;
    match tokio::time::timeout(options.pool.timeout, connect_options.connect()).await {
        Ok(connection) => Ok(connection?),
        Err(_) => Err(StoreError::Lost),
    }
}

/// Whether a connection may be lent again. One that a request has left in the middle of a
/// statement, because the server was silent, would keep its place in the pool for ever.
async fn is_answering(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let ping = tokio::time::timeout(PING_TIME_MAX, connection.ping()).await;
    ping.map_err(|_| sqlx::Error::PoolTimedOut)?.map(|()| true)
}

fn connect_options(url: &str, options: &StoreOptions) -> Result<PgConnectOptions, StoreError> {
    let milliseconds = options.statement_timeout.as_millis().to_string();
    Ok(url
        .parse::<PgConnectOptions>()?
        .application_name(APPLICATION_NAME)
        .options([
            ("statement_timeout", milliseconds.as_str()),
            ("lock_timeout", milliseconds.as_str()),
            ("idle_in_transaction_session_timeout", milliseconds.as_str()),
        ])
        .disable_statement_logging())
}
