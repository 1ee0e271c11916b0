use super::DumpError;
use super::tools::{Tools, quoted};
use crate::database::Connection;
use crate::{Location, StoreError, StoreOptions};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A database at one moment, ready to be read while others go on writing.
#[derive(Debug)]
pub struct Dump(Source);

#[derive(Debug)]
enum Source {
    /// A copy that SQLite has made.
    Copy(PathBuf),
    /// What `pg_dump` is to be told.
    Postgres { tools: Tools, arguments: Vec<String> },
}

impl Dump {
    /// Makes ready. SQLite is copied, into a file of the folder `scratch`; Postgres is asked what
    /// not to take: views are of those who watch, who make them anew.
    ///
    /// # Errors
    /// [`DumpError::Missing`], [`DumpError::Store`] or [`DumpError::Url`].
    pub async fn begin(options: &StoreOptions, scratch: &Path) -> Result<Self, DumpError> {
        match &options.location {
            Location::Sqlite(file) if !file.exists() => Err(DumpError::Missing),
            Location::Sqlite(_) => {
                let copy = scratch.join("database");
                let mut connection = Connection::open(options).await?;
                let name = copy.to_str().ok_or_else(|| io::Error::other("a path is no text"))?;
                let query = connection.query("VACUUM INTO $1").bind(name.to_owned());
                query.execute().await?;
                connection.close().await?;
                Ok(Self(Source::Copy(copy)))
            }
            Location::Postgres(url) => {
                let tools = Tools::new(url)?;
                let arguments = arguments(options).await?;
                Ok(Self(Source::Postgres { tools, arguments }))
            }
        }
    }

    /// Writes all of it: SQLite's own file, or `pg_dump`'s custom format, uncompressed. It blocks.
    ///
    /// # Errors
    /// [`DumpError::Io`], also where `out` fails; [`DumpError::NoProgram`] or
    /// [`DumpError::Program`].
    pub fn write_to(self, out: &mut dyn Write) -> Result<(), DumpError> {
        match self.0 {
            Source::Copy(file) => {
                io::copy(&mut File::open(&file)?, out)?;
                std::fs::remove_file(file)?;
                Ok(())
            }
            Source::Postgres { tools, arguments } => tools.pg_dump(&arguments, out),
        }
    }
}

/// Which schema, and which views of it not.
async fn arguments(options: &StoreOptions) -> Result<Vec<String>, StoreError> {
    let mut connection = Connection::open(options).await?;
    let query = connection.query("SELECT current_schema()::text");
    let (schema,): (String,) = query.fetch_one().await?;
    let sql = "SELECT relname::text FROM pg_class \
               WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('v', 'm')";
    let views: Vec<(String,)> = connection.query(sql).fetch_all().await?;
    connection.close().await?;
    let schema = quoted(&schema);
    let except = |(view,): &(String,)| format!("--exclude-table={schema}.{}", quoted(view));
    let mut arguments = vec![format!("--schema={schema}")];
    arguments.extend(views.iter().map(except));
    Ok(arguments)
}
