//! SQLite's write-ahead log, copied into the database beside those who write.
//!
//! SQLite would have whoever commits the thousandth page copy all of them and wait for the disk,
//! and every request of that transaction with it.

use sqlx::SqlitePool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Copies as much as it can without anybody waiting; says `(busy, pages, copied)`.
pub(crate) const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// How long pages wait at most.
const EVERY: Duration = Duration::from_secs(1);

/// Pages of the log (64 MiB) that are too many: under a load that never pauses it is copied while
/// it grows, and would never begin anew.
const PAGES_MAX: i64 = 16_384;

/// The task that copies; it ends with this.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    much_written: Arc<Notify>,
    is_long: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Checkpoints {
    pub(super) fn start(pool: SqlitePool) -> Self {
        let much_written = Arc::new(Notify::new());
        let is_long = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(run(pool, Arc::clone(&much_written), Arc::clone(&is_long)));
        Self { much_written, is_long, task }
    }

    /// Says that much has been written since the last time.
    pub(crate) fn poke(&self) {
        self.much_written.notify_one();
    }

    /// Whether the log has to begin anew, said once. For that the writer copies what little is left
    /// itself, and writes on before anybody else does.
    pub(crate) fn take_long(&self) -> bool {
        self.is_long.swap(false, Ordering::Relaxed)
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

async fn run(pool: SqlitePool, much_written: Arc<Notify>, is_long: Arc<AtomicBool>) {
    loop {
        // Whichever comes first.
        let _ = tokio::time::timeout(EVERY, much_written.notified()).await;
        match sqlx::query_as::<_, (i64, i64, i64)>(COPY).fetch_one(&pool).await {
            Ok((_, pages, _)) => is_long.store(pages > PAGES_MAX, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log was not copied; it is tried again");
            }
        }
    }
}
