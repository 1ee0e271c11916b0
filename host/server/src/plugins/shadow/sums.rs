//! What was found, on its way into the database.

use super::{Pair, Shadow};
use crate::plugins::lock;
use crate::state::{App, AppState};
use pynomaly_core::evaluation::{self, Comparison};
use pynomaly_store::StoreError;
use time::OffsetDateTime;

/// What all servers found, as far as it is written.
pub(crate) struct Compared {
    pub(crate) comparison: Comparison,
    /// When it began and when something was added last; `None` where there is nothing.
    pub(crate) between: Option<(OffsetDateTime, OffsetDateTime)>,
}

impl Shadow {
    /// Takes in a request that both versions were asked.
    pub(super) fn add(&self, pair: Pair, chance: u64, compared: &evaluation::Compared<'_>) {
        lock(&self.sums).entry(pair).or_default().add(chance, compared);
    }

    /// Counts one that the candidate was not asked.
    pub(super) fn drop_one(&self, pair: Pair) {
        let mut sums = lock(&self.sums);
        let comparison = sums.entry(pair).or_default();
        comparison.dropped = comparison.dropped.saturating_add(1);
    }
}

/// Writes until the server stops.
pub(super) async fn flush_now_and_then(app: AppState) {
    let mut was_lost = false;
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(app.limits.shadow_flush_every) => {}
        }
        match flush(&app).await {
            Ok(()) => was_lost = false,
            Err(error) if !was_lost => {
                tracing::warn!(%error, "what versions in shadow say waits to be written");
                was_lost = true;
            }
            Err(_) => {}
        }
    }
}

/// Adds what is known here alone to what the database says. What cannot be written waits.
pub(super) async fn flush(app: &App) -> Result<(), StoreError> {
    let mut failed = Ok(());
    let pairs: Vec<Pair> = lock(&app.plugins.shadow.sums).keys().cloned().collect();
    for pair in pairs {
        let taken = Taken::of(app, pair);
        match write(app, &taken).await {
            Ok(()) => taken.forget(),
            Err(error) => failed = Err(error),
        }
    }
    failed
}

async fn write(app: &App, taken: &Taken<'_>) -> Result<(), StoreError> {
    let Some((Pair { candidate, active }, ours)) = &taken.sums else { return Ok(()) };
    let add = |before: Option<&str>| {
        let mut all = before.map(parse).unwrap_or_default();
        all.merge(ours);
        // Numbers in structures always become JSON.
        serde_json::to_string(&all).unwrap_or_default()
    };
    // Where a version is gone, so is the interest in it.
    app.store.add_to_plugin_comparison(candidate, active, app.clock.now(), add).await.map(drop)
}

/// Sums on their way: whatever ends the way early, they are back.
struct Taken<'a> {
    app: &'a App,
    sums: Option<(Pair, Comparison)>,
}

impl<'a> Taken<'a> {
    fn of(app: &'a App, pair: Pair) -> Self {
        let sums = lock(&app.plugins.shadow.sums).remove(&pair);
        Self { app, sums: sums.map(|sums| (pair, sums)) }
    }

    fn forget(mut self) {
        self.sums = None;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some((pair, sums)) = self.sums.take() {
            lock(&self.app.plugins.shadow.sums).entry(pair).or_default().merge(&sums);
        }
    }
}

/// What all servers found about a candidate beside an active version: what this one knows is
/// written first, what others know within [`crate::Limits::shadow_flush_every`].
pub(crate) async fn compared(
    app: &App,
    candidate: &str,
    active: &str,
) -> Result<Compared, StoreError> {
    flush(app).await?;
    let kept = app.store.get_plugin_comparison(candidate, active).await?;
    let between = kept.as_ref().map(|kept| (kept.since, kept.until));
    let comparison = kept.map(|kept| parse(&kept.sums)).unwrap_or_default();
    Ok(Compared { comparison, between })
}

/// Sums of another layout are of another program: they begin anew.
fn parse(sums: &str) -> Comparison {
    serde_json::from_str(sums).unwrap_or_else(|error| {
        tracing::warn!(%error, "a comparison of plugins is not readable and begins anew");
        Comparison::default()
    })
}
