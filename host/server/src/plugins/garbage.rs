//! What nobody needs any more: retired versions that no roll back goes to, components without a
//! plugin and a model, and compiled code without a component.

use super::apply;
use crate::audit::Actor;
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_store::{PluginState, PluginVersion};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What goes, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Garbage {
    pub(crate) versions: Vec<PluginVersion>,
    /// Digests.
    pub(crate) components: Vec<String>,
    /// Digests of compiled code on this server.
    pub(crate) compiled: Vec<String>,
    /// Bytes of that code.
    pub(crate) compiled_bytes: u64,
}

/// What would go now.
pub(crate) async fn find_garbage(app: &AppState) -> Result<Garbage, ApiError> {
    let catalog = app.store.list_plugins().await?;
    let is_previous = |version: &PluginVersion| {
        let name = catalog.name(&version.name);
        name.is_some_and(|name| name.previous_digest.as_ref() == Some(&version.digest))
    };
    let is_unused = |it: &&PluginVersion| it.state == PluginState::Retired && !is_previous(it);
    let versions: Vec<_> = catalog.versions.iter().filter(is_unused).cloned().collect();
    let mut needed: BTreeSet<_> = app.store.list_model_components().await?.into_iter().collect();
    let kept = catalog.versions.iter().filter(|it| !versions.contains(it));
    needed.extend(kept.map(|version| version.digest.clone()));
    let mut components = app.store.list_components().await?;
    components.retain(|digest| !needed.contains(digest));
    let sandbox = app.engine.sandbox().clone();
    let cached = tokio::task::spawn_blocking(move || sandbox.cached()).await;
    let cached = cached.map_err(|error| ApiError::Internal(error.to_string()))?;
    let compiled: Vec<_> = cached.into_iter().filter(|it| !needed.contains(&it.0)).collect();
    Ok(Garbage {
        versions,
        compiled_bytes: compiled.iter().map(|(_, bytes)| bytes).sum(),
        compiled: compiled.into_iter().map(|(digest, _)| digest).collect(),
        components,
    })
}

/// Has it go. What is needed again meanwhile stays.
pub(crate) async fn collect(
    app: &AppState,
    actor: &Actor,
    garbage: &Garbage,
) -> Result<(), ApiError> {
    for version in &garbage.versions {
        let audit = actor.done(&app.random, "plugin.delete", &version.digest);
        app.store.delete_plugin(&version.digest, &audit).await?;
    }
    app.store.prune_components().await?;
    let sandbox = app.engine.sandbox().clone();
    let compiled = garbage.compiled.clone();
    let forget = move || compiled.iter().for_each(|digest| sandbox.forget(digest));
    let forgotten = tokio::task::spawn_blocking(forget).await;
    forgotten.map_err(|error| ApiError::Internal(error.to_string()))?;
    apply(&Arc::clone(app)).await?;
    Ok(())
}
