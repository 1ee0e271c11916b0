//! The one writer of detections: many requests, one transaction.
//!
//! Committing costs the same for one detection as for many, so whatever waits when the writer
//! is free goes into one transaction, and each is acknowledged after the commit. A lone
//! detection never waits for company. A full queue refuses at once.
//!
//! On SQLite a detection is acknowledged when it is in the journal; see `journal.rs`.

use super::insert::{Twin, insert};
use super::journal::{Journal, recover};
use crate::database::{Checkpoints, Connection};
use crate::{NewDetection, StoreError, StoreOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

/// Detections in one transaction; bounds how many forms of the statement are kept prepared.
const BATCH_MAX: usize = 64;
/// Detections after which the log is copied. The disk holds everybody up while it takes what is
/// new: little, often, is what a single request notices least.
const CHECKPOINT_EVERY: usize = 1_000;
/// How long after the last detection those in the journal are settled.
const SETTLE_AFTER: Duration = Duration::from_millis(20);
/// A loss that shows within this is worth another try; after it, those who wait have waited
/// enough.
const SOON: Duration = Duration::from_millis(500);

/// The near end of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Detections in the journal.
    unsettled: Arc<AtomicUsize>,
}

type Acknowledge = oneshot::Sender<Result<(), StoreError>>;

/// The far end: what writes, alone.
struct Pen {
    /// Opened when it is needed; `None` after it was lost.
    connection: Option<Connection>,
    journal: Journal,
    options: StoreOptions,
    checkpoints: Option<Arc<Checkpoints>>,
    /// Written since the last checkpoint.
    written: usize,
}

enum Message {
    Write(Box<NewDetection>, Acknowledge),
    Settle(Acknowledge),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Settles what the last process has left, and starts the task that writes.
    pub(crate) async fn start(
        options: &StoreOptions,
        checkpoints: Option<Arc<Checkpoints>>,
    ) -> Result<Self, StoreError> {
        let (queue, messages) = mpsc::channel(options.queue_length.max(1));
        let unsettled = Arc::default();
        let mut connection = Connection::open_for_writer(options).await?;
        if connection.wants_journal() {
            recover(&mut connection).await?;
        }
        let pen = Pen {
            connection: Some(connection),
            journal: Journal::new(Arc::clone(&unsettled)),
            options: options.clone(),
            checkpoints,
            written: 0,
        };
        tokio::spawn(run(pen, messages));
        Ok(Self { queue, unsettled })
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// How many wait to be written now.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.max_capacity().saturating_sub(self.queue.capacity())
    }

    pub(crate) async fn write(&self, detection: NewDetection) -> Result<(), StoreError> {
        let (acknowledge, acknowledged) = oneshot::channel();
        let message = Message::Write(Box::new(detection), acknowledge);
        self.queue.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Closed(_) => StoreError::Closed,
        })?;
        acknowledged.await.map_err(|_| StoreError::Closed)?
    }

    /// Returns once everything that was acknowledged before can be read.
    pub(crate) async fn settle(&self) -> Result<(), StoreError> {
        if self.unsettled.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        let (acknowledge, acknowledged) = oneshot::channel();
        let sent = self.queue.send(Message::Settle(acknowledge)).await;
        sent.map_err(|_| StoreError::Closed)?;
        acknowledged.await.map_err(|_| StoreError::Closed)?
    }

    /// Returns once everything that was queued before is written and the connection is closed.
    pub(crate) async fn close(&self) {
        let (done, finished) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            // An error means that the writer is gone, which is what is wanted.
            let _ = finished.await;
        }
    }
}

async fn run(mut pen: Pen, mut messages: mpsc::Receiver<Message>) {
    let mut waiting = Vec::with_capacity(BATCH_MAX);
    let mut closing = None;
    while closing.is_none() && pen.receive(&mut messages, &mut waiting).await > 0 {
        let mut batch = Vec::with_capacity(waiting.len());
        let mut requests = Vec::with_capacity(waiting.len());
        let mut readers = Vec::new();
        for message in waiting.drain(..) {
            match message {
                Message::Write(detection, request) => {
                    batch.push(*detection);
                    requests.push(request);
                }
                Message::Settle(reader) => readers.push(reader),
                Message::Close(done) => closing = Some(done),
            }
        }
        pen.write(batch, requests).await;
        for reader in readers {
            let _ = reader.send(pen.settle().await);
        }
    }
    drop(messages);
    pen.close().await;
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

/// Waits for a message, and takes all that are there; how many they are.
///
/// In between, every task that could go on has its turn, again and again while that brings more:
/// several of them are about to queue a detection, and each that makes this transaction saves one
/// of its own. Nobody waits for a clock: the first turn that brings nothing ends it.
///
/// Dropped, it leaves what it has taken in `waiting`.
async fn receive(messages: &mut mpsc::Receiver<Message>, waiting: &mut Vec<Message>) -> usize {
    if messages.recv_many(waiting, BATCH_MAX).await == 0 {
        return 0;
    }
    loop {
        tokio::task::yield_now().await;
        let before = waiting.len();
        while waiting.len() < BATCH_MAX
            && let Ok(message) = messages.try_recv()
        {
            waiting.push(message);
        }
        if waiting.len() == before || waiting.len() == BATCH_MAX {
            return waiting.len();
        }
    }
}

impl Pen {
    /// Waits for messages, and takes all that are there. When none comes for a while, settles.
    async fn receive(
        &mut self,
        messages: &mut mpsc::Receiver<Message>,
        waiting: &mut Vec<Message>,
    ) -> usize {
        if !self.journal.is_empty() {
            match tokio::time::timeout(SETTLE_AFTER, receive(messages, waiting)).await {
                Ok(count) => return count,
                Err(_) if !waiting.is_empty() => return waiting.len(),
                // It has said so if it did not succeed.
                Err(_) => drop(self.settle().await),
            }
        }
        receive(messages, waiting).await
    }

    /// Writes `batch` in one transaction; if that fails, each detection in its own, so that none
    /// fails for its neighbour's fault. A lost database fails them all.
    async fn write(&mut self, mut batch: Vec<NewDetection>, requests: Vec<Acknowledge>) {
        if batch.is_empty() {
            return;
        }
        let started = Instant::now();
        let mut together = self.put(&mut batch).await;
        if together.as_ref().is_err_and(StoreError::is_loss) && started.elapsed() < SOON {
            // Mostly it was the connection that was lost, and the database is there: once more.
            together = self.put(&mut batch).await;
        }
        let is_lost = together.as_ref().is_err_and(StoreError::is_loss);
        if let Err(error) = &together {
            tracing::warn!(%error, detections = batch.len(), "a batch was not written");
        }
        let written = requests.len();
        let mut batch = batch.into_iter();
        for request in requests {
            let outcome = match (&together, batch.next()) {
                (Err(_), Some(detection)) if !is_lost => self.put(&mut vec![detection]).await,
                (Err(_), _) => Err(StoreError::Lost),
                (Ok(()), _) => Ok(()),
            };
            // A request that is gone is no fault: its detection is written all the same.
            let _ = request.send(outcome);
        }
        if self.journal.is_full() {
            // It has said so, and tries again with the next batch.
            let _ = self.settle().await;
        }
        self.checkpoint(written).await;
    }

    /// Sees to it that SQLite's log does not grow for ever.
    async fn checkpoint(&mut self, written: usize) {
        let Some(checkpoints) = &self.checkpoints else { return };
        self.written += written;
        if self.written >= CHECKPOINT_EVERY {
            checkpoints.poke();
            self.written = 0;
        }
        if checkpoints.take_long()
            && let Some(connection) = &mut self.connection
            && let Err(error) = connection.checkpoint().await
        {
            tracing::warn!(%error, "the write-ahead log goes on growing; it is tried again");
        }
    }

    /// Writes all of `batch` or nothing: down in the journal, which takes it, or where it belongs.
    /// After a failure `batch` is as it was.
    async fn put(&mut self, batch: &mut Vec<NewDetection>) -> Result<(), StoreError> {
        let mut connection = self.connect().await?;
        let outcome = if connection.wants_journal() && self.journal.suits(batch) {
            self.journal.append(&mut connection, batch).await
        } else {
            insert(&mut connection, batch, Twin::Refused).await
        };
        self.keep(connection, &outcome);
        outcome
    }

    /// Puts what is in the journal where it belongs. What cannot be settled now stays there.
    async fn settle(&mut self) -> Result<(), StoreError> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let mut connection = self.connect().await?;
        let outcome = self.journal.settle(&mut connection).await;
        self.keep(connection, &outcome);
        if let Err(error) = &outcome {
            tracing::error!(%error, "detections stay in the journal; they are settled later");
        }
        outcome
    }

    async fn connect(&mut self) -> Result<Connection, StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Connection::open_for_writer(&self.options).await,
        }
    }

    /// One that was lost is not used again.
    fn keep(&mut self, connection: Connection, outcome: &Result<(), StoreError>) {
        if !outcome.as_ref().is_err_and(StoreError::is_loss) {
            self.connection = Some(connection);
        }
    }

    async fn close(mut self) {
        // What stays in the journal is settled at the next start; `settle` has said so.
        let _ = self.settle().await;
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the writer's connection was not closed well");
        }
    }
}
