//! Why the store did not do as asked.

/// Every way an operation of [`crate::Store`] fails.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder of the database cannot be made.
    #[error("the folder of the database cannot be made: {0}")]
    Folder(#[source] std::io::Error),
    /// The schema could not be brought up to date.
    #[error("the database cannot be migrated: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A newer program has made the schema, and took away what this one needs.
    #[error(
        "the schema needs a program that knows migration {needs}, and this one knows {knows}: \
         start the newer version again, or restore a backup from before it"
    )]
    SchemaNewer {
        /// The migration that a program has to know.
        needs: i64,
        /// The newest that this one knows.
        knows: i64,
    },
    /// What should be the URL of a Redis is none.
    #[error("the URL of Redis cannot be used")]
    RedisUrl,
    /// A user with that address exists.
    #[error("a user with that address exists")]
    EmailTaken,
    /// An organisation, key or model with that name exists.
    #[error("the name is taken")]
    NameTaken,
    /// More detections wait to be written than the queue holds. Nothing was written.
    #[error("more detections wait to be written than the queue holds")]
    Busy,
    /// The store is closing, or its writer is gone.
    #[error("the store is closed")]
    Closed,
    /// A row says what no version of this program has written.
    #[error("the database holds a {noun} that cannot be read: {reason}")]
    Inconsistent {
        /// What kind of row.
        noun: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The database cannot be reached, or did not answer in time. What was being written is
    /// there whole or not at all.
    #[error("the database does not answer")]
    Lost,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether nothing can be written now, whatever it is: the connection is at fault, or the
    /// database as a whole.
    pub(crate) fn is_loss(&self) -> bool {
        match self {
            Self::Lost => true,
            Self::Database(sqlx::Error::Database(cause)) => {
                cause.code().is_some_and(|code| is_loss(&code))
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            _ => false,
        }
    }

    /// `taken` in the place of a failure that says that a value which must be unique is not.
    pub(crate) fn or_if_taken(self, taken: Self) -> Self {
        match &self {
            Self::Database(sqlx::Error::Database(cause)) if cause.is_unique_violation() => taken,
            _ => self,
        }
    }
}

/// Postgres has five characters (its manual, appendix A): here no connection, no room, a server
/// that stops or only reads, a lock or a time limit that the next statement would meet too. SQLite has a number (<https://sqlite.org/rescode.html>), of which the
/// low byte counts: busy, locked, read-only, I/O error, full, cannot open.
fn is_loss(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "53", "57", "25006", "55P03"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| [5, 6, 8, 10, 13, 14].contains(&(code & 0xff)))
}
