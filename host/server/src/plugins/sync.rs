//! How a server follows the database: it looks at one number a few times a second, swaps in what is
//! compiled already, and compiles what is missing meanwhile.
//!
//! A version whose turn has come and that is not compiled here yet, or cannot be, does not displace
//! the one that serves.

use super::{Plugins, lock, replicas};
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_engine::{Assignment, Engine, InstallError, Role, Served, Sticky};
use pynomaly_store::{PluginCatalog, PluginState, PluginVersion, StoreError};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Between two looks: with the swap, well within the second that is promised.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Follows the database until the server stops.
pub(crate) async fn follow(app: AppState) {
    let loader = tokio::spawn(compile_what_is_missing(Arc::clone(&app)));
    let mut was_lost = false;
    let mut next_beat = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        match look(&app, &mut next_beat).await {
            Ok(()) => was_lost = false,
            Err(error) if !was_lost => {
                tracing::warn!(%error, "plugins do not follow the database for now");
                was_lost = true;
            }
            Err(_) => {}
        }
    }
    // An error means that it panicked, which is in the log.
    let _ = loader.await;
    if let Err(error) = app.store.end_replica(app.plugins.replica_id).await {
        tracing::debug!(%error, "other servers will notice by themselves that this one ended");
    }
}

async fn look(app: &AppState, next_beat: &mut tokio::time::Instant) -> Result<(), StoreError> {
    let now = tokio::time::Instant::now();
    if *next_beat <= now {
        *next_beat = now + replicas::BEAT_EVERY;
        replicas::beat(app).await?;
    }
    let revision = app.store.plugin_revision().await?;
    if !app.plugins.is_applied(revision) {
        app.plugins.forgive();
        apply(app).await?;
    }
    Ok(())
}

/// Compiles one version after the other.
async fn compile_what_is_missing(app: AppState) {
    while !app.stopping.is_cancelled() {
        match app.plugins.next_missing() {
            Some(version) => load_and_apply(&app, &version.digest).await,
            None => tokio::time::sleep(LOOK_EVERY).await,
        }
    }
}

/// Compiles all that is missing now.
pub(crate) async fn load_all(app: &AppState) {
    while let Some(version) = app.plugins.next_missing() {
        let digest = &version.digest;
        if let Err(error) = load(app, digest).await {
            tracing::error!(%error, digest, "a plugin of the database cannot be served here");
            if app.plugins.next_missing().is_some_and(|it| it.digest == *digest) {
                // The database or the machine is at fault: the loader tries again.
                break;
            }
        }
    }
    if let Err(error) = apply(app).await {
        tracing::warn!(%error, "plugins are ready and wait for the database");
    }
}

async fn load_and_apply(app: &AppState, digest: &str) {
    let loaded = load(app, digest).await;
    match loaded {
        Ok(_) => {
            if let Err(error) = apply(app).await {
                tracing::warn!(%error, digest, "a plugin is ready and waits for the database");
            }
        }
        Err(error) => {
            tracing::error!(%error, digest, "a plugin of the database cannot be served here");
            // Not at once again, where it is the database or the machine that is at fault.
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Serves what the database says, as far as it is compiled here. One swap for all of it.
pub(crate) async fn apply(app: &AppState) -> Result<PluginCatalog, StoreError> {
    let _one_swap = app.plugins.swapping.lock().await;
    let catalog = app.store.list_plugins().await?;
    app.plugins.serve(&app.engine, &catalog);
    app.plugins.fallbacks.set(&catalog);
    app.metrics.plugins.follow(&catalog);
    app.plugins.applied.store(catalog.revision, Ordering::Release);
    Ok(catalog)
}

/// The version with that digest, compiled. It is not served by this alone.
pub(crate) async fn load(app: &AppState, digest: &str) -> Result<Arc<Served>, ApiError> {
    if let Some(Ok(served)) = lock(&app.plugins.loaded).get(digest) {
        return Ok(Arc::clone(served));
    }
    let component = app.store.get_component(digest).await?;
    let (engine, wanted) = (Arc::clone(&app.engine), digest.to_owned());
    let load = move || engine.get_or_load(&wanted, || component);
    let loaded = tokio::task::spawn_blocking(load).await;
    let loaded = loaded.map_err(|error| ApiError::Internal(format!("not compiled: {error}")))?;
    let fault = loaded.as_ref().err().map(ToString::to_string);
    if !loaded.as_ref().is_err_and(InstallError::is_passing) {
        let known = loaded.as_ref().map(Arc::clone).map_err(ToString::to_string);
        lock(&app.plugins.loaded).insert(digest.to_owned(), known);
        app.store.report_plugin(app.plugins.replica_id, digest, fault.as_deref()).await?;
    }
    loaded.map_err(|error| super::PluginError::Refused(error).into())
}

impl Plugins {
    fn serve(&self, engine: &Engine, catalog: &PluginCatalog) {
        let mut loaded = lock(&self.loaded);
        loaded.retain(|digest, _| catalog.version(digest).is_some());
        let (mut assignments, mut quarantined) = (Vec::new(), BTreeSet::new());
        for version in &catalog.versions {
            if version.state == PluginState::Quarantined {
                quarantined.insert(version.digest.clone());
                loaded.remove(&version.digest);
                continue;
            }
            if let Some(Ok(served)) = loaded.get(&version.digest) {
                attach_card(served, version);
                let served = Arc::clone(served);
                assignments.push(Assignment { served, role: role(version.state) });
            } else if version.state == PluginState::Active {
                assignments.extend(kept(engine, catalog, &version.name));
            }
        }
        *lock(&self.missing) = missing(&loaded, catalog);
        *lock(&self.states) = states(catalog);
        drop(loaded);
        engine.assign(assignments, quarantined);
    }

    /// What could not be compiled is tried again: the machine may have been busy.
    fn forgive(&self) {
        lock(&self.loaded).retain(|_, loaded| loaded.is_ok());
    }

    /// What to compile next.
    fn next_missing(&self) -> Option<PluginVersion> {
        let loaded = lock(&self.loaded);
        let missing = lock(&self.missing);
        missing.iter().find(|version| !loaded.contains_key(&version.digest)).cloned()
    }
}

/// Gives the detector the cost card that its self-test has made, on whichever server that was.
fn attach_card(served: &Served, version: &PluginVersion) {
    let Some(card) = version.cost_card.as_deref().filter(|_| served.card().is_none()) else {
        return;
    };
    let digest = &version.digest;
    match serde_json::from_str(card) {
        Ok(card) => {
            if !served.attach_card(card) {
                tracing::warn!(digest, "the stored cost card is of another component");
            }
        }
        Err(error) => tracing::warn!(digest, %error, "the stored cost card cannot be read"),
    }
}

/// What serves the name now, while what should is not ready.
fn kept(engine: &Engine, catalog: &PluginCatalog, name: &str) -> Option<Assignment> {
    let served = Arc::clone(engine.catalog().get(name)?);
    let there = catalog.version(served.digest())?;
    let is_good = there.state != PluginState::Quarantined;
    is_good.then_some(Assignment { served, role: Role::Active })
}

/// What is not compiled, and has not failed to be; what serves first.
fn missing(
    loaded: &std::collections::HashMap<String, super::Loaded>,
    catalog: &PluginCatalog,
) -> Vec<PluginVersion> {
    let is_missing = |version: &&PluginVersion| {
        version.state != PluginState::Quarantined && !loaded.contains_key(&version.digest)
    };
    let mut missing: Vec<_> = catalog.versions.iter().filter(is_missing).cloned().collect();
    missing.sort_by_key(|version| match version.state {
        PluginState::Active => 0,
        PluginState::Canary { .. } | PluginState::Shadow { .. } => 1,
        PluginState::Uploaded => 2,
        PluginState::Retired | PluginState::Quarantined => 3,
    });
    missing
}

fn states(catalog: &PluginCatalog) -> Vec<super::State> {
    let state = |it: &PluginVersion| {
        (it.name.clone(), it.version.clone(), it.digest.clone(), it.state.name())
    };
    catalog.versions.iter().map(state).collect()
}

fn role(state: PluginState) -> Role {
    match state {
        PluginState::Active => Role::Active,
        PluginState::Canary { percent, sticky } => {
            let sticky = match sticky {
                pynomaly_store::Sticky::Tenant => Sticky::Tenant,
                pynomaly_store::Sticky::Model => Sticky::Model,
            };
            Role::Canary { percent, sticky }
        }
        PluginState::Shadow { percent } => Role::Shadow { percent },
        _ => Role::Aside,
    }
}
