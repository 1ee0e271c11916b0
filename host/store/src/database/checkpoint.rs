//! SQLite's write-ahead log, copied into the database beside those who write.
//!
//! SQLite would have whoever commits the thousandth page copy all of them and wait for the disk,
//! and every request of that transaction with it.

use crate::StoreError;
use sqlx::SqlitePool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How long pages wait at most.
const EVERY: Duration = Duration::from_secs(1);

/// Pages of the log (256 MiB) that are too many: under a load that never pauses it is copied
/// while it grows, and would never begin anew. Then writers wait for what is left of it.
const PAGES_MAX: i64 = 65_536;

/// The task that copies; it ends with this.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    much_written: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    pub(super) fn start(pool: SqlitePool) -> Self {
        let much_written = Arc::new(Notify::new());
        let task = tokio::spawn(run(pool, Arc::clone(&much_written)));
        Self { much_written, task }
    }

    /// Says that much has been written since the last time.
    pub(crate) fn poke(&self) {
        self.much_written.notify_one();
    }

    pub(crate) fn end(&self) {
        self.task.abort();
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.end();
    }
}

async fn run(pool: SqlitePool, much_written: Arc<Notify>) {
    loop {
        // Whichever comes first.
        let _ = tokio::time::timeout(EVERY, much_written.notified()).await;
        if let Err(error) = checkpoint(&pool).await {
            tracing::warn!(%error, "the write-ahead log was not copied; it is tried again");
        }
    }
}

async fn checkpoint(pool: &SqlitePool) -> Result<(), StoreError> {
    let sql = "PRAGMA wal_checkpoint(PASSIVE)";
    let (_, pages, copied): (i64, i64, i64) = sqlx::query_as(sql).fetch_one(pool).await?;
    if pages > PAGES_MAX && copied < pages {
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").execute(pool).await?;
    }
    Ok(())
}
