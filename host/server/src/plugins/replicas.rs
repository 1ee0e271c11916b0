//! What servers tell each other through the database: that they live, and what they have ready.

use super::{PluginError, lock};
use crate::state::{App, AppState};
use pynomaly_store::{Readiness, StoreError};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// Between two signs of life.
pub(crate) const BEAT_EVERY: Duration = Duration::from_secs(2);
/// A server that gave none for so long is not waited for. Clocks of servers may differ by less.
pub(crate) const ALIVE: Duration = Duration::from_secs(8);
/// How long a change waits for servers that are compiling, or that are dying.
const PATIENCE: Duration = Duration::from_secs(20);
const ASK_EVERY: Duration = Duration::from_millis(50);

/// Says that this server lives, and what it has ready where nobody knows.
pub(crate) async fn beat(app: &AppState) -> Result<(), StoreError> {
    let now = app.clock.now();
    let id = app.plugins.replica_id;
    if !app.store.beat_replica(id, &app.plugins.server, now, now - ALIVE).await? {
        return Ok(());
    }
    let loaded: Vec<_> = {
        let loaded = lock(&app.plugins.loaded);
        let fault = |loaded: &super::Loaded| loaded.as_ref().err().cloned();
        loaded.iter().map(|(digest, it)| (digest.clone(), fault(it))).collect()
    };
    for (digest, fault) in loaded {
        app.store.report_plugin(id, &digest, fault.as_deref()).await?;
    }
    Ok(())
}

/// Waits until every server that lives has the version ready: a change then takes effect
/// everywhere within a look, and nowhere is anything compiled while requests wait for it.
pub(super) async fn all_ready(app: &App, digest: &str) -> Result<(), PluginError> {
    let started = Instant::now();
    loop {
        let readiness = app.store.list_readiness(app.clock.now() - ALIVE).await?;
        let unready = unready(&readiness, digest)?;
        if unready.is_empty() {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            let ids: Vec<_> = unready.iter().map(Uuid::to_string).collect();
            return Err(PluginError::Replicas(format!("not ready on {}", ids.join(", "))));
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Servers that have not said yet that they have it.
fn unready(readiness: &[Readiness], digest: &str) -> Result<Vec<Uuid>, PluginError> {
    let mut ready: BTreeMap<Uuid, bool> = BTreeMap::new();
    for it in readiness {
        let is_ready = ready.entry(it.replica_id).or_default();
        if it.digest.as_deref() != Some(digest) {
            continue;
        }
        if let Some(fault) = &it.fault {
            return Err(PluginError::Replicas(format!("{} says {fault}", it.replica_id)));
        }
        *is_ready = true;
    }
    Ok(ready.into_iter().filter(|(_, is_ready)| !is_ready).map(|(id, _)| id).collect())
}
