use crate::StoreError;
use std::io;

/// Why a database was not read or replaced as a whole.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The database refused, or is not there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of the SQLite database is not there.
    #[error("there is no database")]
    Missing,
    /// A file cannot be read or written, or whoever takes the dump failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The URL of Postgres says something that its programs cannot be told.
    #[error("the URL of the database has {0}, which the programs of Postgres cannot be told")]
    Url(String),
    /// A program of Postgres is not installed.
    #[error("{0} cannot be started: {1}; it comes with the client programs of Postgres")]
    NoProgram(&'static str, #[source] io::Error),
    /// A program of Postgres failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Which.
        program: &'static str,
        /// Its last words.
        said: String,
    },
}
