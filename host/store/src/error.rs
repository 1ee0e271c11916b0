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
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// `taken` in the place of a failure that says that a value which must be unique is not.
    pub(crate) fn or_if_taken(self, taken: Self) -> Self {
        match &self {
            Self::Database(sqlx::Error::Database(cause)) if cause.is_unique_violation() => taken,
            _ => self,
        }
    }
}
