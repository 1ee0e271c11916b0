//! Databases for tests: one each, on SQLite or on the Postgres that `PYNOMALY_TEST_POSTGRES` names.

use crate::Location;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::Path;

/// The maintenance database of a server on which tests may make their own.
const POSTGRES: &str = "PYNOMALY_TEST_POSTGRES";

/// A database that nobody else has: a file in `folder`, which is a scratch folder of this test
/// alone, or a database named after it.
///
/// # Panics
/// Where the server is not there: a test cannot go on.
#[expect(clippy::expect_used, reason = "for tests")]
pub async fn location(folder: &Path) -> Location {
    let Ok(url) = std::env::var(POSTGRES) else {
        return Location::Sqlite(folder.join("deep/er/pynomaly.db"));
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.replace(|it: char| !it.is_ascii_alphanumeric(), "_");
    let name = format!("test_{}_{name}", std::process::id());
    let mut connection = PgConnection::connect(&url).await.expect("no Postgres for the tests");
    let sql = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("no database for the test");
    let (server, _) = url.rsplit_once('/').expect("the URL ends in the name of a database");
    Location::Postgres(format!("{server}/{name}"))
}
