//! Writing down now and then what fuel was burnt.

use crate::state::AppState;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The task that writes.
pub(super) struct FuelFlush {
    app: AppState,
    task: JoinHandle<()>,
}

/// Begins to.
pub(super) fn flush_now_and_then(app: &AppState) -> FuelFlush {
    let app = Arc::clone(app);
    let task = tokio::spawn(run(Arc::clone(&app)));
    FuelFlush { app, task }
}

async fn run(app: AppState) {
    let mut was_lost = false;
    loop {
        tokio::time::sleep(app.limits.fuel_flush_every).await;
        match app.quotas.fuel.flush(&app.store).await {
            Ok(()) => was_lost = false,
            Err(error) if !was_lost => {
                tracing::warn!(%error, "fuel that was burnt waits to be written");
                was_lost = true;
            }
            Err(_) => {}
        }
    }
}

impl FuelFlush {
    /// Writes the last of it. Call it when nothing burns any more.
    pub(super) async fn end(self) {
        self.task.abort();
        // An error means that it was writing, which is begun again, or that it panicked, which is
        // in the log.
        let _ = self.task.await;
        if let Err(error) = self.app.quotas.fuel.flush(&self.app.store).await {
            tracing::error!(%error, "fuel that was burnt was not written");
        }
    }
}
