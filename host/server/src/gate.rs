//! A bound on how much runs, and on how much waits to run.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// As many as allowed run and wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many {what} at the moment; try again soon")]
pub(crate) struct Busy {
    /// Of what there are too many: "detections".
    pub(crate) what: &'static str,
}

/// Lets a few in at a time, keeps a few waiting, and turns the rest away at once.
pub(crate) struct Gate {
    what: &'static str,
    waiting_max: usize,
    waiting: Semaphore,
    running: Arc<Semaphore>,
}

impl Gate {
    /// `what` is for the refusal.
    pub(crate) fn new(what: &'static str, running: usize, waiting: usize) -> Self {
        let running = Arc::new(Semaphore::new(running.max(1)));
        Self { what, waiting_max: waiting, waiting: Semaphore::new(waiting), running }
    }

    /// Whether somebody who came now would not have to wait.
    pub(crate) fn has_room(&self) -> bool {
        self.running.available_permits() > 0
    }

    /// How many wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting_max.saturating_sub(self.waiting.available_permits())
    }

    /// Waits for a turn, which lasts until the permit is dropped.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Busy> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let busy = || Busy { what: self.what };
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        Arc::clone(&self.running).acquire_owned().await.map_err(|_| busy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_runs_one_waits_and_one_is_turned_away() {
        let gate = Gate::new("tests", 1, 1);
        let running = gate.enter().await.unwrap();
        let waiting = gate.enter();
        tokio::pin!(waiting);
        assert_eq!(gate.waiting(), 0);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert_eq!(gate.waiting(), 1);
        assert_eq!(gate.enter().await.unwrap_err(), Busy { what: "tests" });
        drop(running);
        drop(waiting.await.unwrap());
        assert_eq!(gate.waiting(), 0);
        drop(gate.enter().await.unwrap());
    }
}
