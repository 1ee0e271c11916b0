//! Opening and closing, and what every operation shares.

use crate::StoreError;
use crate::database::{Checkpoints, Database};
use crate::detections::Writer;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where the database is and how it is used.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Which database.
    pub location: Location,
    /// Connections for everything but writing detections.
    pub pool: PoolOptions,
    /// How long one statement may take, waiting for locks included. SQLite bounds the waiting
    /// alone.
    pub statement_timeout: Duration,
    /// Detections that may wait to be written; one more is [`StoreError::Busy`].
    pub queue_length: usize,
    /// What an acknowledged detection survives on SQLite. Postgres has its own
    /// `synchronous_commit`, which is left as its operator set it.
    pub synchronous: Synchronous,
}

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// This SQLite file; made, with its folder, if it is not there.
    Sqlite(PathBuf),
    /// The Postgres database of this URL, `postgres://USER:PASSWORD@HOST:PORT/NAME`.
    Postgres(String),
}

/// How connections are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections at most; at least 1.
    pub connections_max: u32,
    /// How long an operation waits for one of them.
    pub timeout: Duration,
    /// How old a connection grows before another takes its place.
    pub recycle: Duration,
    /// Whether a connection is tried before it is used.
    pub pre_ping: bool,
}

/// What an acknowledged detection survives. Users and sessions are always written as `Full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// The end of the process, `kill -9` included: SQLite has handed it to the operating system.
    /// After a power cut the latest detections may be missing; the database is whole.
    Normal,
    /// A power cut too: one wait for the disk for each batch.
    Full,
}

/// The database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) writer: Writer,
    checkpoints: Option<Arc<Checkpoints>>,
}

impl Store {
    /// Opens the database, brings its schema up to date and starts the writer of detections.
    ///
    /// # Errors
    /// [`StoreError::Folder`], [`StoreError::SchemaNewer`] where the schema is too new for this
    /// program, [`StoreError::Migrate`] or [`StoreError::Database`].
    pub async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let database = Database::open(options).await?;
        let checkpoints = database.start_checkpoints().map(Arc::new);
        let writer = Writer::start(options, checkpoints.clone()).await?;
        Ok(Self { database, writer, checkpoints })
    }

    /// Detections that wait to be written now, of the `queue_length` that may.
    #[must_use]
    pub fn unwritten(&self) -> usize {
        self.writer.waiting()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`] if it does not, [`StoreError::Closed`] if detections cannot be
    /// written any more.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if self.writer.is_closed() {
            return Err(StoreError::Closed);
        }
        self.database.query("SELECT id FROM tenants LIMIT 1").execute().await?;
        Ok(())
    }

    /// Writes what waits, then closes the database.
    pub async fn close(&self) {
        self.writer.close().await;
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.end();
        }
        self.database.close().await;
    }
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            connections_max: 4,
            timeout: Duration::from_secs(30),
            recycle: Duration::from_secs(3600),
            pre_ping: true,
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => out.debug_tuple("Sqlite").field(file).finish(),
            // The URL has a password in it.
            Self::Postgres(_) => out.write_str("Postgres(…)"),
        }
    }
}
