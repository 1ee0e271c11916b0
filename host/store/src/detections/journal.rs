//! What has been acknowledged and is not yet where it belongs.
//!
//! SQLite writes whole pages. A batch of detections changes one page or more in each of a dozen
//! trees; written down as one row at the end of one table it changes two. So that is what is
//! acknowledged, and many batches are settled together later: after [`SETTLE_COUNT`] detections,
//! when nobody writes, and before anybody reads.

use super::insert::{Twin, insert};
use crate::database::Connection;
use crate::{NewDetection, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Unsettled detections after which they are settled, and the most that one transaction settles.
pub(super) const SETTLE_COUNT: usize = 256;
/// Unsettled detections after which batches are no longer written down first: there is no
/// settling them, and nobody is to be told that all is well.
const UNSETTLED_MAX: usize = 16 * SETTLE_COUNT;
/// Values of scores beyond which a batch is not written twice.
const SCORES_MAX: usize = 16_384;

/// The journal of one writer.
#[derive(Default)]
pub(super) struct Journal {
    unsettled: Vec<NewDetection>,
    /// The first detection that it wrote down: what tells its rows from another process's.
    writer: Option<Uuid>,
    /// As many, for those who read.
    count: Arc<AtomicUsize>,
}

impl Journal {
    pub(super) fn new(count: Arc<AtomicUsize>) -> Self {
        Self { count, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unsettled.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.unsettled.len() >= SETTLE_COUNT
    }

    /// Whether `batch` is so small that writing it twice is no matter, there is room for it, and
    /// nothing in it would be refused later: SQLite takes a NaN for a NULL.
    pub(super) fn suits(&self, batch: &[NewDetection]) -> bool {
        self.unsettled.len() < UNSETTLED_MAX
            && batch.iter().all(|new| new.data.is_none() && new.detection.details.is_none())
            && batch.iter().all(|new| new.detection.summary.threshold.is_finite())
            && batch.iter().map(|new| new.detection.scores.len()).sum::<usize>() <= SCORES_MAX
    }

    /// Writes all of `batch` down and takes it, or nothing.
    pub(super) async fn append(
        &mut self,
        connection: &mut Connection,
        batch: &mut Vec<NewDetection>,
    ) -> Result<(), StoreError> {
        let Some(first) = batch.first() else { return Ok(()) };
        let writer = *self.writer.get_or_insert(first.detection.summary.id);
        let row = postcard::to_stdvec(&*batch).map_err(|error| inconsistent(&error))?;
        let sql = "INSERT INTO detection_journal (writer, detections) VALUES ($1, $2)";
        connection.query(sql).bind(writer).bind(row).execute().await?;
        self.unsettled.append(batch);
        self.count.store(self.unsettled.len(), Ordering::Release);
        Ok(())
    }

    /// Puts everything where it belongs.
    pub(super) async fn settle(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        if self.is_empty() {
            return Ok(());
        }
        // In the order of the trees each finds its place beside the last.
        self.unsettled.sort_unstable_by_key(|new| new.detection.summary.id);
        insert_all(connection, &self.unsettled).await?;
        // Another process may have acknowledged what only its own rows hold.
        let sql = "DELETE FROM detection_journal WHERE writer = $1";
        connection.query(sql).bind(self.writer).execute().await?;
        self.unsettled.clear();
        self.count.store(0, Ordering::Release);
        Ok(())
    }
}

/// Settles what another process has left, or is about to settle itself: then nothing of it is
/// lost, and nothing is there twice.
pub(super) async fn recover(connection: &mut Connection) -> Result<(), StoreError> {
    let sql = "SELECT id, detections FROM detection_journal ORDER BY id";
    for (id, row) in connection.query(sql).fetch_all::<(i64, Vec<u8>)>().await? {
        let batch: Vec<NewDetection> =
            postcard::from_bytes(&row).map_err(|error| inconsistent(&error))?;
        insert_all(connection, &batch).await?;
        let sql = "DELETE FROM detection_journal WHERE id = $1 AND detections = $2";
        connection.query(sql).bind(id).bind(row).execute().await?;
    }
    Ok(())
}

/// Inserts those of `all` that are not there yet.
async fn insert_all(connection: &mut Connection, all: &[NewDetection]) -> Result<(), StoreError> {
    for chunk in chunks(all) {
        insert(connection, chunk, Twin::Same).await?;
    }
    Ok(())
}

/// Pieces of which there are few lengths, because a statement for each is kept prepared.
fn chunks(mut all: &[NewDetection]) -> impl Iterator<Item = &[NewDetection]> {
    std::iter::from_fn(move || {
        let length = match all.len() {
            0 => return None,
            length => (1 << length.ilog2()).min(SETTLE_COUNT),
        };
        let (chunk, rest) = all.split_at_checked(length)?;
        all = rest;
        Some(chunk)
    })
}

fn inconsistent(error: &postcard::Error) -> StoreError {
    StoreError::Inconsistent { noun: "journal of detections", reason: error.to_string() }
}
