//! What is done now and then: what is kept no longer goes, a little at a time.

use crate::idempotency;
use crate::state::{App, AppState};
use pynomaly_store::{Retention, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Between two rounds; the first is soon after the start.
const EVERY: Duration = Duration::from_secs(600);
const FIRST_AFTER: Duration = Duration::from_secs(10);
/// Detections that one transaction deletes: few enough to hold nobody up.
const BATCH: u32 = 500;
/// Between two batches.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs until the server stops.
pub(super) fn start(app: &AppState) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut wait = FIRST_AFTER;
        loop {
            tokio::select! {
                () = app.stopping.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            if let Err(error) = round(&app).await {
                tracing::warn!(%error, "what is kept no longer was not deleted");
            }
            wait = EVERY;
        }
    })
}

/// One round. Replicas may do it at the same time: what one has deleted the other does not find.
pub(crate) async fn round(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    app.store.prune_idempotency_keys(now - idempotency::KEPT_FOR).await?;
    app.store.prune_captures(now).await?;
    let age = app.limits.history_age_max.and_then(|age| time::Duration::try_from(age).ok());
    let retention = Retention {
        before: age.and_then(|age| now.checked_sub(age)),
        count_max: app.limits.history_count_max,
    };
    let mut gone = 0;
    loop {
        let batch = app.store.prune_detections(retention, BATCH).await?;
        gone += batch;
        if batch == 0 || app.stopping.is_cancelled() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if gone > 0 {
        tracing::info!(gone, "deleted detections that are kept no longer");
    }
    Ok(())
}
