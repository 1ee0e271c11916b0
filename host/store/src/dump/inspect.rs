use crate::columns::from_time;
use crate::database::{self, Connection};
use crate::{Location, StoreError, StoreOptions};
use time::OffsetDateTime;

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Tables, whosever they are.
    pub tables: u64,
    /// The last step of the schema; `None` where it is none of ours.
    pub schema: Option<i64>,
    /// Whether a server has said that it lives.
    pub is_served: bool,
}

/// The number of the last step of the schema that this program knows.
#[must_use]
pub fn newest_schema(location: &Location) -> i64 {
    database::newest_schema(location)
}

/// Looks at a database without changing it; one that is not there yet is empty. A server that has
/// given a sign of life after `alive_since` lives.
///
/// # Errors
/// [`StoreError::Database`] or [`StoreError::Lost`].
pub async fn inspect(
    options: &StoreOptions,
    alive_since: OffsetDateTime,
) -> Result<Contents, StoreError> {
    if matches!(&options.location, Location::Sqlite(file) if !file.exists()) {
        return Ok(Contents { tables: 0, schema: None, is_served: false });
    }
    let mut connection = Connection::open(options).await?;
    let sql = match &options.location {
        Location::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Location::Postgres(_) => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let tables: Vec<(String,)> = connection.query(sql).fetch_all().await?;
    let has = |name: &str| tables.iter().any(|(table,)| table == name);
    let mut schema = None;
    if has("_sqlx_migrations") {
        let sql = "SELECT max(version) FROM _sqlx_migrations";
        (schema,) = connection.query(sql).fetch_one().await?;
    }
    let mut is_served = false;
    if has("replicas") {
        let sql = "SELECT count(*) FROM replicas WHERE seen_at > $1";
        let query = connection.query(sql).bind(from_time(alive_since));
        let (servers,): (i64,) = query.fetch_one().await?;
        is_served = servers > 0;
    }
    connection.close().await?;
    let tables = u64::try_from(tables.len()).unwrap_or(u64::MAX);
    Ok(Contents { tables, schema, is_served })
}
