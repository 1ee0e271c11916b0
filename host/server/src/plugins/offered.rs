//! Bytes that nobody in particular uploads, and that are to serve: files of the plugin folder, and
//! sources in a registry.

use super::{Change, PluginError, Signature, Upload, apply, change, upload};
use crate::audit::Actor;
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_store::{PluginCatalog, PluginState, PluginVersion};
use std::sync::Arc;

/// What is said of it as long as it is not served as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefusedFile {
    /// `sha256:…` of the bytes; `None` if they could not be read.
    pub(crate) digest: Option<String>,
    /// The step that refused them, and why.
    pub(crate) reason: String,
    /// Whether that is only that its turn is to come.
    pub(crate) is_put_off: bool,
    /// Where a file is not at fault, so that it is tried again: whether it was new.
    pub(super) again: Option<bool>,
}

/// A component, and where it is from.
pub(super) struct Offered<'a> {
    pub(super) component: Vec<u8>,
    pub(super) signature: Option<Signature>,
    /// The file or the reference.
    pub(super) from: &'a str,
    /// Whether it says something that it did not say before.
    pub(super) is_new: bool,
    pub(super) actor: &'a Actor,
}

/// Uploads it, and promotes it unless somebody else decided. `known` are digests by where they
/// are from, of its like.
pub(super) async fn take(
    app: &AppState,
    offered: Offered<'_>,
    known: &[(String, String)],
) -> Result<(), ApiError> {
    let Offered { component, signature, from, is_new, actor } = offered;
    let (actor_too, steps) = (actor.clone(), Arc::default());
    let it = Upload { component, digest: None, signature, actor: actor_too, steps };
    let (version, is_stored) = upload(app, it).await?;
    // One that was stored by nobody in particular and never served was not promoted in time.
    let is_unfinished = version.state == PluginState::Uploaded && version.uploaded_by.is_none();
    if is_new || is_stored || is_unfinished {
        promote(app, actor, from, &version, known).await?;
    }
    Ok(())
}

/// Whether another time the same bytes may be welcome.
pub(super) fn is_passing(error: &ApiError) -> bool {
    match error {
        ApiError::Store(_) | ApiError::Internal(_) | ApiError::Busy(_) => true,
        ApiError::Plugin(error) => match &**error {
            PluginError::Refused(error) => error.is_passing(),
            PluginError::Stale { .. } => true,
            _ => false,
        },
        _ => false,
    }
}

async fn promote(
    app: &AppState,
    actor: &Actor,
    from: &str,
    version: &PluginVersion,
    known: &[(String, String)],
) -> Result<(), ApiError> {
    let catalog = apply(app).await?;
    if catalog.version(&version.digest).is_some_and(|it| it.state == PluginState::Active) {
        return Ok(());
    }
    check_conflict(&catalog, from, version, known)?;
    let revision = catalog.name(&version.name).map_or(0, |name| name.revision);
    let promote = Change {
        name: &version.name,
        digest: &version.digest,
        revision,
        state: PluginState::Active,
        reason: Some(from),
        // Whoever may write there decides on the settings of this server, the gate among them.
        forced: None,
        // Servers that compile it yet serve what they have: these wait for nobody.
        waits: false,
        action: "plugin.promote",
    };
    change(app, actor, &promote).await?;
    Ok(())
}

fn check_conflict(
    catalog: &PluginCatalog,
    from: &str,
    version: &PluginVersion,
    known: &[(String, String)],
) -> Result<(), PluginError> {
    let name = &version.name;
    let is_active = |it: &&PluginVersion| it.name == *name && it.state == PluginState::Active;
    let Some(active) = catalog.versions.iter().find(is_active) else { return Ok(()) };
    let other = known.iter().find(|(other, digest)| other != from && *digest == active.digest);
    if let Some((other, _)) = other {
        let message = format!("the name `{name}` is already served by `{other}`");
        return Err(PluginError::Conflict(message));
    }
    if catalog.name(name).is_some_and(|it| it.changed_by.is_some()) {
        let message = format!(
            "an admin decided that `{name}` is served by {}; promote this one there",
            active.digest
        );
        return Err(PluginError::Conflict(message));
    }
    Ok(())
}
