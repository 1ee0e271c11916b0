//! From one state to another: one transaction here, one swap on every server.

use super::{Forced, PluginError, apply, load, replicas};
use crate::audit::{Actor, changed};
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_store::{PluginCatalog, PluginChange, PluginRefusal, PluginState};
use serde::Serialize;

/// What is to be done.
pub(crate) struct Change<'a> {
    pub(crate) name: &'a str,
    pub(crate) digest: &'a str,
    /// The revision of the name that whoever asks has seen.
    pub(crate) revision: u64,
    pub(crate) state: PluginState,
    pub(crate) reason: Option<&'a str>,
    /// Where the gate stood in the way and somebody had their reasons.
    pub(crate) forced: Option<&'a Forced>,
    /// Whether every server must have it ready first.
    pub(crate) waits: bool,
    /// As the audit log calls it: `plugin.promote`.
    pub(crate) action: &'static str,
}

/// What the audit log says of it.
#[derive(Serialize)]
struct Told<'a> {
    digest: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forced: Option<&'a Forced>,
}

/// Does it, and serves it here before it returns. What is going to serve must be ready here first,
/// and where [`Change::waits`] says so on every server. Gives what the database says afterwards.
pub(crate) async fn change(
    app: &AppState,
    actor: &Actor,
    change: &Change<'_>,
) -> Result<PluginCatalog, ApiError> {
    let catalog = app.store.list_plugins().await?;
    let version = catalog.version(change.digest).filter(|it| it.name == change.name);
    let before = version.ok_or(PluginError::Missing)?;
    if before.state != PluginState::Quarantined && serves(change.state) {
        load(app, change.digest).await?;
        if change.waits {
            replicas::all_ready(app, change.digest).await?;
        }
    }
    let audit = actor.done(&app.random, change.action, change.name);
    let told = told(&before.digest, before.state, before.reason.as_deref());
    let after = self::told(change.digest, change.state, change.reason);
    let audit = changed(audit, Some(&told), Some(&Told { forced: change.forced, ..after }));
    let stored = PluginChange {
        name: change.name,
        digest: change.digest,
        revision: change.revision,
        state: change.state,
        reason: change.reason,
        changed_by: actor.user_id,
        now: actor.now,
    };
    match app.store.change_plugin(&stored, &audit).await? {
        Ok(_) => Ok(apply(app).await?),
        Err(refusal) => Err(refused(&refusal, change.state).into()),
    }
}

fn serves(state: PluginState) -> bool {
    matches!(state, PluginState::Active | PluginState::Canary { .. } | PluginState::Shadow { .. })
}

fn told<'a>(digest: &'a str, state: PluginState, reason: Option<&'a str>) -> Told<'a> {
    let percent = match state {
        PluginState::Canary { percent, .. } | PluginState::Shadow { percent } => Some(percent),
        _ => None,
    };
    Told { digest, state: state.name(), percent, reason, forced: None }
}

fn refused(refusal: &PluginRefusal, to: PluginState) -> PluginError {
    match *refusal {
        PluginRefusal::Missing => PluginError::Missing,
        PluginRefusal::Stale(revision) => PluginError::Stale { revision },
        PluginRefusal::From(from) => PluginError::State { from, to },
    }
}
