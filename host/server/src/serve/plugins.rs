//! The plugin folder: loaded while the server already answers, then followed.

use super::ServeError;
use crate::state::AppState;
use pynomaly_engine::{FolderWatch, watch_folder};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The folder's watch, once it is loaded.
pub(super) struct Plugins(JoinHandle<Option<FolderWatch>>);

/// Loads and follows `folder`. `/ready` waits for the loading; a plugin that is compiled for the
/// first time takes its time.
pub(super) fn watch(app: &AppState, folder: Option<PathBuf>) -> Result<Plugins, ServeError> {
    if let Some(path) = folder.as_ref().filter(|path| !path.is_dir()) {
        return Err(ServeError::PluginDir(path.clone()));
    }
    let app = Arc::clone(app);
    Ok(Plugins(tokio::task::spawn_blocking(move || {
        let watch = folder.map(|folder| watch_folder(Arc::clone(&app.engine), &folder)).transpose();
        app.plugins.set(watch.as_ref().map(drop).map_err(|error| {
            tracing::error!(%error, "the plugin folder cannot be watched");
            format!("the plugin folder cannot be watched: {error}")
        }));
        watch.ok().flatten()
    })))
}

impl Plugins {
    /// Stops following; waits for a compilation that is under way.
    pub(super) async fn end(self) {
        let watch = self.0.await.ok().flatten();
        // Dropping it joins its thread. A panic in there is in the log already.
        let _ = tokio::task::spawn_blocking(move || drop(watch)).await;
    }
}
