//! Asking now and then when the last backup was made, for `/metrics`: backups are made by other
//! processes, mostly on other machines, and the database is what they have in common with us.

use crate::state::AppState;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until the server stops.
pub(super) fn watch(app: &AppState) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        loop {
            match app.store.last_backup().await {
                Ok(Some(last)) => app.metrics.set_last_backup(&last),
                Ok(None) => {}
                // What was known stays true; that the database is lost is said elsewhere.
                Err(error) => tracing::debug!(%error, "the last backup is not known"),
            }
            tokio::select! {
                () = app.stopping.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    })
}
