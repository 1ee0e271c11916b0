//! What replicas share beside the database: fast, small, and never missed when it is gone.
//!
//! Nothing here is the truth of anything: what Redis forgets costs a computation or lets a few
//! requests more through. So whoever asks gets `None` when Redis does not answer in time, and goes
//! on without it. From the first answer that is missing nobody asks again until a task of its own
//! has made a new connection: requests never wait for one.

mod bytes;
mod connect;
mod place;

use crate::StoreError;
use arc_swap::ArcSwapOption;
use connect::keep_connected;
use place::Place;
use redis::RedisResult;
use redis::aio::MultiplexedConnection;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Where Redis is and how it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisOptions {
    /// `redis://USER:PASSWORD@HOST:PORT/DATABASE`, or
    /// `redis+sentinel://USER:PASSWORD@HOST:PORT,HOST:PORT/SERVICE/DATABASE`, whose addresses are
    /// those of sentinels; both with `rediss` for TLS.
    pub url: String,
    /// Connections. Each carries any number of questions at the same time.
    pub connections: usize,
    /// How long making one may take.
    pub connect_time_max: Duration,
    /// How long an answer may take; after that Redis counts as lost.
    pub answer_time_max: Duration,
}

/// A Redis, connected or lost. Clones share it.
#[derive(Clone)]
pub struct Redis {
    link: Arc<Link>,
    _task: Arc<EndOnDrop>,
}

/// What requests and the task that connects share.
struct Link {
    place: Place,
    options: RedisOptions,
    /// `None` while Redis is lost.
    connections: ArcSwapOption<Vec<MultiplexedConnection>>,
    /// Spreads the questions.
    turn: AtomicUsize,
    /// Tells the task that Redis is lost.
    lost: Notify,
}

struct EndOnDrop(AbortHandle);

impl Redis {
    /// Connects, and goes on trying for as long as it lives; a Redis that is not there is no
    /// error.
    ///
    /// # Errors
    /// [`StoreError::RedisUrl`] where the URL is none.
    pub async fn open(options: RedisOptions) -> Result<Self, StoreError> {
        let place = Place::parse(&options.url)?;
        let link = Arc::new(Link {
            place,
            options,
            connections: ArcSwapOption::empty(),
            turn: AtomicUsize::new(0),
            lost: Notify::new(),
        });
        link.connect().await;
        let task = tokio::spawn(keep_connected(Arc::clone(&link)));
        Ok(Self { link, _task: Arc::new(EndOnDrop(task.abort_handle())) })
    }

    /// Whether it answered when it was last asked.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.link.connections.load().is_some()
    }

    /// The answer to `ask`; `None` at once while Redis is lost, and where the answer does not
    /// come in time.
    pub(crate) async fn ask<T>(
        &self,
        ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> Option<T> {
        let connections = self.link.connections.load_full()?;
        let turn = self.link.turn.fetch_add(1, Ordering::Relaxed);
        let connection = connections.get(turn % connections.len().max(1))?.clone();
        let reason =
            match tokio::time::timeout(self.link.options.answer_time_max, ask(connection)).await {
                Ok(Ok(answer)) => return Some(answer),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer in time".to_owned(),
            };
        self.link.lose(&connections, &reason);
        None
    }
}

impl Link {
    /// Gives up `connections`, unless others have taken their place already.
    fn lose(&self, connections: &Arc<Vec<MultiplexedConnection>>, reason: &str) {
        let before = self.connections.compare_and_swap(connections, None);
        if before.as_ref().is_some_and(|before| Arc::ptr_eq(before, connections)) {
            tracing::warn!(reason, "Redis is lost; going on without it");
            self.lost.notify_one();
        }
    }
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL has a password in it.
        out.write_str("RedisOptions(…)")
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redis(…)")
    }
}
