//! Opening Postgres.

use crate::{StoreError, StoreOptions};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// What the server's own list of connections calls ours.
const APPLICATION_NAME: &str = "pynomaly";

pub(super) async fn open(url: &str, options: &StoreOptions) -> Result<PgPool, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(options.pool.connections_max)
        .acquire_timeout(options.pool.timeout)
        .max_lifetime(options.pool.recycle)
        .test_before_acquire(options.pool.pre_ping)
        .connect_with(connect_options(url, options)?)
        .await?;
    // Under an advisory lock: replicas that start together migrate one after the other.
    sqlx::migrate!("../../migrations/postgres").run(&pool).await?;
    Ok(pool)
}

pub(super) fn open_for_writer(url: &str, options: &StoreOptions) -> Result<PgPool, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.pool.timeout)
        .max_lifetime(options.pool.recycle)
        .test_before_acquire(false);
    Ok(pool.connect_lazy_with(connect_options(url, options)?))
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
