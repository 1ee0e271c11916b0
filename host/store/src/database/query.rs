use super::patience::in_time;
use crate::StoreError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    Arguments as _, AssertSqlSafe, Encode, FromRow, PgConnection, PgPool, Postgres, Sqlite,
    SqliteConnection, SqlitePool, Type,
};
use std::borrow::Cow;
use std::fmt::Write as _;

/// One statement, its arguments, and where it will run.
///
/// Its text is made of literals alone: what comes from outside can only be an argument.
#[must_use = "a query does nothing until it is executed"]
pub(crate) struct Query<'c> {
    sql: Cow<'static, str>,
    prepared: Prepared<'c>,
    /// Whether the text it began with numbers its arguments.
    is_numbered: bool,
    /// The first argument that could not be encoded.
    fault: Option<sqlx::error::BoxDynError>,
}

enum Prepared<'c> {
    Sqlite(SqliteArguments, On<'c, SqlitePool, SqliteConnection>),
    Postgres(PgArguments, On<'c, PgPool, PgConnection>),
}

/// A pool lends one of its connections; a transaction has its own.
pub(super) enum On<'c, P, C> {
    Pool(&'c P),
    Connection(&'c mut C),
}

/// What can be an argument on either database.
pub(crate) trait Bind:
    for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
{
}

impl<T> Bind for T where
    T: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
{
}

/// What a row of either database can become.
pub(crate) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// Runs `$method` of the query on whichever database it is for. In a box: it is large, and whoever
/// asks the database mostly did not have to; what they carry around for it is a pointer.
macro_rules! run {
    ($query:expr, $make:path, $method:ident) => {{
        let Query { sql, prepared, fault, .. } = $query;
        let sql = AssertSqlSafe(sql);
        if let Some(fault) = fault {
            return Err(sqlx::Error::Encode(fault).into());
        }
        match prepared {
            Prepared::Sqlite(arguments, on) => match on {
                On::Pool(pool) => Box::pin($make(sql, arguments).$method(pool)).await?.into(),
                On::Connection(connection) => {
                    Box::pin($make(sql, arguments).$method(connection)).await?.into()
                }
            },
            Prepared::Postgres(arguments, on) => match on {
                On::Pool(pool) => {
                    Box::pin(in_time($make(sql, arguments).$method(pool))).await?.into()
                }
                On::Connection(connection) => {
                    Box::pin(in_time($make(sql, arguments).$method(connection))).await?.into()
                }
            },
        }
    }};
}

impl<'c> Query<'c> {
    pub(super) fn sqlite(sql: &'static str, on: On<'c, SqlitePool, SqliteConnection>) -> Self {
        Self::new(sql, Prepared::Sqlite(SqliteArguments::default(), on))
    }

    pub(super) fn postgres(sql: &'static str, on: On<'c, PgPool, PgConnection>) -> Self {
        Self::new(sql, Prepared::Postgres(PgArguments::default(), on))
    }

    fn new(sql: &'static str, prepared: Prepared<'c>) -> Self {
        Self { sql: sql.into(), prepared, is_numbered: sql.contains('$'), fault: None }
    }

    /// Gives the next of `$1`, `$2`, … its value.
    pub(crate) fn bind(mut self, value: impl Bind) -> Self {
        self.add(value);
        self
    }

    fn add(&mut self, value: impl Bind) {
        let outcome = match &mut self.prepared {
            Prepared::Sqlite(arguments, _) => arguments.add(value),
            Prepared::Postgres(arguments, _) => arguments.add(value),
        };
        if let Err(fault) = outcome {
            self.fault.get_or_insert(fault);
        }
    }

    /// Goes on with this text.
    pub(crate) fn push(mut self, sql: &'static str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Goes on with the next of `$1`, `$2`, …, which is `value`.
    pub(crate) fn push_bind(mut self, value: impl Bind) -> Self {
        self.add_next(value);
        self
    }

    fn add_next(&mut self, value: impl Bind) {
        let before = match &self.prepared {
            // SQLite takes a number for a name, and finds each name by asking all of them.
            Prepared::Sqlite(..) if !self.is_numbered => None,
            Prepared::Sqlite(arguments, _) => Some(arguments.len()),
            Prepared::Postgres(arguments, _) => Some(arguments.len()),
        };
        // Writing to a text cannot fail.
        let _ = match before {
            Some(before) => write!(self.sql.to_mut(), "${}", before + 1),
            None => self.sql.to_mut().write_char('?'),
        };
        self.add(value);
    }

    /// Goes on with a comma and the next value.
    pub(crate) fn push_next(self, value: impl Bind) -> Self {
        self.push(", ").push_bind(value)
    }

    /// Goes on with a row in brackets for each of `items`, with the values that `row` gives it.
    pub(crate) fn push_rows<T>(
        mut self,
        items: impl Iterator<Item = T>,
        row: impl Fn(&mut Row<'_, 'c>, T),
    ) -> Self {
        for (index, item) in items.enumerate() {
            self.sql.to_mut().push_str(if index == 0 { "(" } else { ", (" });
            row(&mut Row { query: &mut self, is_begun: false }, item);
            self.sql.to_mut().push(')');
        }
        self
    }

    /// Goes on with this condition and its value, where there is one.
    pub(crate) fn push_if(self, condition: &'static str, value: Option<impl Bind>) -> Self {
        match value {
            Some(value) => self.push(condition).push_bind(value),
            None => self,
        }
    }

    /// Goes on with another statement, which happens together with those before it or not at
    /// all. Both databases are told all of them at once: each word with a database costs a round
    /// trip, or, with SQLite, two changes of threads.
    pub(crate) fn together(self, name: &'static str, sql: &'static str) -> Self {
        let is_first = self.sql.is_empty();
        match &self.prepared {
            Prepared::Sqlite(..) if is_first => self.push("BEGIN IMMEDIATE; "),
            Prepared::Sqlite(..) => self.push("; "),
            // Statements that write run in a `WITH` whether or not they are asked for.
            Prepared::Postgres(..) if is_first => self.push("WITH ").push(name).push(" AS ("),
            Prepared::Postgres(..) => self.push("), ").push(name).push(" AS ("),
        }
        .push(sql)
    }

    /// Runs all that [`Self::together`] has put together. After a failure nothing has happened,
    /// and [`super::Connection::undo`] has to be called.
    pub(crate) async fn execute_together(self) -> Result<(), StoreError> {
        let query = match &self.prepared {
            Prepared::Sqlite(..) => self.push("; COMMIT"),
            Prepared::Postgres(..) => self.push(") SELECT 1"),
        };
        query.execute().await.map(drop)
    }

    /// Runs it; how many rows it changed.
    pub(crate) async fn execute(self) -> Result<u64, StoreError> {
        let changed: Changed = run!(self, sqlx::query_with, execute);
        Ok(changed.0)
    }

    /// The first row, if there is any.
    pub(crate) async fn fetch_optional<T: Record>(self) -> Result<Option<T>, StoreError> {
        let row: Option<T> = run!(self, sqlx::query_as_with::<_, T, _>, fetch_optional);
        Ok(row)
    }

    /// The first row, which is known to be there.
    pub(crate) async fn fetch_one<T: Record>(self) -> Result<T, StoreError> {
        self.fetch_optional().await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Every row, in order.
    pub(crate) async fn fetch_all<T: Record>(self) -> Result<Vec<T>, StoreError> {
        let rows: Vec<T> = run!(self, sqlx::query_as_with::<_, T, _>, fetch_all);
        Ok(rows)
    }
}

/// One row of [`Query::push_rows`].
pub(crate) struct Row<'q, 'c> {
    query: &'q mut Query<'c>,
    is_begun: bool,
}

impl Row<'_, '_> {
    /// Its next value.
    pub(crate) fn value(&mut self, value: impl Bind) -> &mut Self {
        if self.is_begun {
            self.query.sql.to_mut().push_str(", ");
        }
        self.is_begun = true;
        self.query.add_next(value);
        self
    }
}

struct Changed(u64);

impl From<sqlx::sqlite::SqliteQueryResult> for Changed {
    fn from(result: sqlx::sqlite::SqliteQueryResult) -> Self {
        Self(result.rows_affected())
    }
}

impl From<sqlx::postgres::PgQueryResult> for Changed {
    fn from(result: sqlx::postgres::PgQueryResult) -> Self {
        Self(result.rows_affected())
    }
}
