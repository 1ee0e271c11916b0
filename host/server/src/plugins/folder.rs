//! The plugin folder: a file that comes or changes is an upload by nobody in particular, and is
//! promoted; one that goes is retired.
//!
//! A file that has not changed since this server last looked says nothing: what admins decided
//! meanwhile stands. Where a file and an admin, or two files, want the same name, that is reported
//! and left to people.

use super::offered::{Offered, RefusedFile, is_passing, take};
use super::{Change, PluginError, Signature, change, lock, sources};
use crate::audit::Actor;
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_engine::{FolderKeeper, digest, read_card, read_component};
use pynomaly_store::{PluginState, PluginVersion};
use std::path::Path;
use tokio::runtime::Handle;

/// What is said of a file that was there at the start, until its self-test.
const PUT_OFF: &str = "its self-test is to come";

/// Bytes of a signature's file.
const SIGNATURE_BYTES_MAX: usize = 1024;

/// Tells the database what the folder holds. Its calls block.
pub(crate) struct Keeper {
    pub(crate) app: AppState,
    pub(crate) runtime: Handle,
}

impl FolderKeeper for Keeper {
    fn begin(&self, files: &[&str]) {
        let gone = async {
            let known = self.app.store.list_plugin_files(&self.app.plugins.server).await?;
            for (file, _) in known.iter().filter(|(file, _)| !files.contains(&file.as_str())) {
                remove(&self.app, file).await?;
            }
            Ok::<_, ApiError>(())
        };
        if let Err(error) = self.runtime.block_on(gone) {
            tracing::error!(%error, "files that are gone were not retired");
        }
    }

    fn put(&self, file: &str, path: &Path, is_new: bool) {
        if self.app.stopping.is_cancelled() {
            return;
        }
        let limit = self.app.engine.sandbox().limits().component_bytes_max;
        let (digest, outcome) = match read_component(path, limit) {
            Ok(bytes) => {
                if !is_new && self.puts_off(file, &digest(&bytes)) {
                    return;
                }
                let put = put(&self.app, file, path, bytes.clone(), is_new);
                let outcome = self.runtime.block_on(put);
                (Some(digest(&bytes)), outcome.map_err(|it| (is_passing(&it), it.to_string())))
            }
            Err(error) => (None, Err((true, format!("the file cannot be read: {error}")))),
        };
        match outcome {
            Ok(()) => {
                lock(&self.app.plugins.refused).remove(file);
                if let Some(card) = read_card(path)
                    && !has_card(&self.app, digest.as_deref())
                    && !self.app.engine.attach_card(card)
                {
                    tracing::warn!(file, "its cost card is of another component");
                }
            }
            // At the end of the server everything is given up; it comes back to that.
            Err(_) if self.app.stopping.is_cancelled() => {}
            Err((is_passing, reason)) => {
                tracing::warn!(file, digest, reason, "plugin refused");
                let again = is_passing.then_some(is_new);
                let refused = RefusedFile { digest, reason, is_put_off: false, again };
                lock(&self.app.plugins.refused).insert(file.to_owned(), refused);
            }
        }
    }

    fn remove(&self, file: &str) {
        match self.runtime.block_on(remove(&self.app, file)) {
            Ok(()) => tracing::info!(file, "plugin file removed"),
            Err(error) => tracing::error!(%error, file, "a file that is gone was not retired"),
        }
    }

    fn refused(&self) -> Vec<String> {
        lock(&self.app.plugins.refused).keys().cloned().collect()
    }

    fn unfinished(&self) -> Vec<(String, bool)> {
        let refused = lock(&self.app.plugins.refused);
        let again = |(file, refused): (&String, &RefusedFile)| Some((file.clone(), refused.again?));
        refused.iter().filter_map(again).collect()
    }
}

impl Keeper {
    /// Whether the file has to wait: until the server is ready nothing is tested, which takes
    /// seconds a file. The watch comes back to it at once.
    fn puts_off(&self, file: &str, digest: &str) -> bool {
        let plugins = &self.app.plugins;
        if !plugins.policy.is_self_tested || lock(&plugins.refused).contains_key(file) {
            return false;
        }
        let catalog = self.runtime.block_on(self.app.store.list_plugins());
        if catalog.is_ok_and(|catalog| catalog.version(digest).is_some()) {
            return false;
        }
        let refused = RefusedFile {
            digest: Some(digest.to_owned()),
            reason: PUT_OFF.to_owned(),
            is_put_off: true,
            again: Some(false),
        };
        lock(&plugins.refused).insert(file.to_owned(), refused);
        true
    }
}

/// Whether its self-test has made one: then the file beside it is not needed.
fn has_card(app: &AppState, digest: Option<&str>) -> bool {
    let served = digest.and_then(|digest| app.engine.get_by_digest(digest));
    served.is_some_and(|served| served.card().is_some())
}

fn actor(app: &AppState) -> Actor {
    Actor::local("plugin folder", app.clock.now())
}

async fn put(
    app: &AppState,
    file: &str,
    path: &Path,
    bytes: Vec<u8>,
    is_new: bool,
) -> Result<(), ApiError> {
    let digest = digest(&bytes);
    let server = &app.plugins.server;
    let known = app.store.list_plugin_files(server).await?;
    if known.iter().any(|(known, last)| known == file && *last == digest) {
        return Ok(());
    }
    let mut others = app.store.list_plugin_files(&sources::notes(app)).await?;
    others.extend(known);
    let actor = actor(app);
    let signature = signature(path)?;
    let offered = Offered { component: bytes, signature, from: file, is_new, actor: &actor };
    take(app, offered, &others).await?;
    app.store.note_plugin_file(server, file, Some(&digest)).await?;
    Ok(())
}

/// Of `NAME.wasm.sig` beside `NAME.wasm`, where there is one.
fn signature(path: &Path) -> Result<Option<Signature>, PluginError> {
    let mut path = path.as_os_str().to_owned();
    path.push(".sig");
    match read_component(Path::new(&path), SIGNATURE_BYTES_MAX) {
        Ok(text) => Ok(Some(String::from_utf8_lossy(&text).trim().parse()?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PluginError::Conflict(format!("the signature cannot be read: {error}"))),
    }
}

/// Retires what the file was, unless another file of this server is the same.
async fn remove(app: &AppState, file: &str) -> Result<(), ApiError> {
    lock(&app.plugins.refused).remove(file);
    let server = &app.plugins.server;
    let known = app.store.list_plugin_files(server).await?;
    let Some((_, digest)) = known.iter().find(|(known, _)| known == file) else { return Ok(()) };
    let is_elsewhere = known.iter().any(|(other, it)| other != file && it == digest);
    let catalog = app.store.list_plugins().await?;
    let serves =
        |it: &&PluginVersion| !matches!(it.state, PluginState::Retired | PluginState::Quarantined);
    if let Some(version) = catalog.version(digest).filter(serves).filter(|_| !is_elsewhere) {
        let retire = Change {
            name: &version.name,
            digest,
            revision: catalog.name(&version.name).map_or(0, |name| name.revision),
            state: PluginState::Retired,
            reason: Some("its file is gone"),
            forced: None,
            waits: false,
            action: "plugin.retire",
        };
        change(app, &actor(app), &retire).await?;
    }
    app.store.note_plugin_file(server, file, None).await?;
    Ok(())
}
