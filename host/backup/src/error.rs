use pynomaly_store::StoreError;
use pynomaly_store::dump::DumpError;
use std::io;
use std::path::PathBuf;

/// Why something was not done with a backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// What should say where archives lie does not.
    #[error("{0} is neither a folder nor s3://BUCKET/PREFIX: {1}")]
    Destination(String, String),
    /// Where archives lie does not do as asked.
    #[error("{destination}: {source}")]
    Storage {
        /// Where that is.
        destination: String,
        /// What it says.
        #[source]
        source: object_store::Error,
    },
    /// There is no archive, or none of that name.
    #[error("there is no {0}")]
    NoArchive(String),
    /// An archive of that moment is there already.
    #[error("{0} is there already")]
    Taken(String),
    /// What should be a key is none. The text is not shown: it may nearly be one.
    #[error("the key is none: it must be lines that begin with AGE-SECRET-KEY-1, or with age1")]
    Key,
    /// The key is the public one, which can encrypt and nothing else.
    #[error("this needs the secret key, of which the lines begin with AGE-SECRET-KEY-1")]
    PublicKey,
    /// The archive is encrypted for another key.
    #[error("the archive is encrypted for another key")]
    WrongKey,
    /// It is no archive of this product.
    #[error("that is no archive of a backup: {0}")]
    Foreign(String),
    /// It was changed, or is cut off.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// Its format is newer than this program.
    #[error("the archive has format {0}, which is newer than this program")]
    NewerFormat(u32),
    /// Its database is newer than this program.
    #[error(
        "the archive has schema {found}, and this program knows schemas up to {known}: use version {version} or newer"
    )]
    NewerSchema {
        /// The last step of its schema.
        found: i64,
        /// The last step that this program knows.
        known: i64,
        /// The program that made the archive.
        version: String,
    },
    /// Its database is of the other kind.
    #[error("the archive holds a database of {found}, and DATABASE_URL names one of {wanted}")]
    OtherDatabase {
        /// `sqlite` or `postgres`.
        found: String,
        /// The other.
        wanted: String,
    },
    /// What is to be restored to holds something.
    #[error("{0}, which would be replaced; --replace allows it")]
    NotEmpty(String),
    /// What is to be restored to is in use.
    #[error("a server runs on the database; stop it, and wait ten seconds if it was killed")]
    Served,
    /// The database has no schema of this product.
    #[error("the database is empty")]
    EmptyDatabase,
    /// Another backup or restore runs.
    #[error("another backup or restore is at work in {}", .0.display())]
    Busy(PathBuf),
    /// No archive is good, so that none may go.
    #[error("none of the archives is good; all are kept")]
    NoneGood,
    /// The database cannot be read or replaced.
    #[error("the database: {0}")]
    Dump(#[from] DumpError),
    /// The database refused.
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    /// A file cannot be read or written, or where archives lie is gone in the middle.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The message was not taken. It says no address: that is a secret.
    #[error("the webhook took no message: {0}")]
    Webhook(String),
}

impl BackupError {
    /// Whether what was given is at fault (an archive, a key, a target), not what was done with it.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Destination(..)
                | Self::NoArchive(_)
                | Self::Taken(_)
                | Self::Key
                | Self::PublicKey
                | Self::WrongKey
                | Self::Foreign(_)
                | Self::Damaged(_)
                | Self::NewerFormat(_)
                | Self::NewerSchema { .. }
                | Self::OtherDatabase { .. }
                | Self::NotEmpty(_)
                | Self::Served
                | Self::EmptyDatabase
                | Self::NoneGood
        )
    }

    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { doing: doing.into(), source }
    }
}
