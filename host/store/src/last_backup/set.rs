use super::LastBackup;
use crate::columns::{from_count, from_time};
use crate::database::Connection;
use crate::{StoreError, StoreOptions};

/// Writes down that a backup was made, in a database that is there. Its schema is left as it is:
/// a backup is no upgrade.
///
/// # Errors
/// [`StoreError::Database`], also where the schema is older than this noun.
pub async fn set_last_backup(options: &StoreOptions, last: LastBackup) -> Result<(), StoreError> {
    let mut connection = Connection::open(options).await?;
    let sql = "INSERT INTO last_backup (id, finished_at, bytes) VALUES (1, $1, $2) \
               ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at, \
               bytes = excluded.bytes";
    let query = connection.query(sql).bind(from_time(last.finished_at));
    query.bind(from_count(last.bytes)).execute().await?;
    connection.close().await
}
