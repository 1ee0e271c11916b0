//! Versions in shadow: they compute what live requests asked for beside the version that serves,
//! on a thread of the lowest priority, and nobody waits for them. What they would have said is
//! summed up (`pynomaly_core::evaluation::Comparison`) and added to the database's sums now and
//! then, so that any server answers for all of them.
//!
//! Read in this order: `offer.rs` (which requests), `queue.rs` (what waits), `worker.rs` (what is
//! computed), `sums.rs` (what is kept), `gate.rs` (what it decides).

mod gate;
mod offer;
mod queue;
mod sums;
mod worker;

pub(crate) use gate::{Check, Forced, check_gate, judge};
pub use gate::{GateLimits, GateMode, GatePolicy};
pub(crate) use offer::offer;
pub(crate) use sums::{Compared, compared};
pub(crate) use worker::start;

use crate::limits::Limits;
use pynomaly_core::evaluation::{Comparison, Verdicts};
use pynomaly_engine::{DetectRequest, Served};
use queue::Queue;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What this server has to compute beside, and what it found.
pub(crate) struct Shadow {
    queue: Queue,
    /// What the database does not know yet. As many as there are pairs of versions, at most.
    sums: Mutex<HashMap<Pair, Comparison>>,
}

/// Whose sums.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pair {
    /// Digest of the version in shadow.
    candidate: String,
    /// Digest of the version that served.
    active: String,
}

/// A request to compute again.
struct Sample {
    request: Arc<DetectRequest>,
    candidate: Arc<Served>,
    active: Arc<Served>,
    /// What the active version said; `None` where it failed.
    said: Option<Verdicts>,
    /// Random bits of this request.
    chance: u64,
}

impl Shadow {
    pub(crate) fn new(limits: &Limits) -> Self {
        let queue = Queue::new(limits.shadow_queue_max, limits.shadow_queue_bytes_max);
        Self { queue, sums: Mutex::default() }
    }
}

impl Sample {
    fn pair(&self) -> Pair {
        let (candidate, active) = (self.candidate.digest(), self.active.digest());
        Pair { candidate: candidate.to_owned(), active: active.to_owned() }
    }

    /// Bytes that it holds on to.
    fn bytes(&self) -> usize {
        let values = size_of_val(self.request.data.values());
        let said = self.said.as_ref().map_or(0, |said| {
            size_of_val(said.scores.as_slice()) + size_of_val(said.flagged.as_slice())
        });
        values.saturating_add(said)
    }
}
