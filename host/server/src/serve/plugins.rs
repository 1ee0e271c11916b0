//! Plugins: those of the database are loaded while the server already answers, then the folder; both
//! are followed from then on. Nobody waits for sources in registries.

use super::ServeError;
use crate::plugins::{
    Keeper, PluginSources, announce_sources, apply, beat, follow, follow_sources, forget_sources,
    load_all,
};
use crate::state::AppState;
use pynomaly_engine::{FolderKeeper, FolderWatch, watch_folder};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// What follows the database, the folder and the sources.
pub(super) struct Plugins {
    database: JoinHandle<()>,
    folder: JoinHandle<Option<FolderWatch>>,
    sources: JoinHandle<()>,
}

/// Loads and follows plugins. `/ready` waits for the loading; a plugin that is compiled for the
/// first time takes its time.
pub(super) fn start(
    app: &AppState,
    folder: Option<PathBuf>,
    sources: PluginSources,
) -> Result<Plugins, ServeError> {
    if let Some(path) = folder.as_ref().filter(|path| !path.is_dir()) {
        return Err(ServeError::PluginDir(path.clone()));
    }
    announce_sources(app, &sources);
    let (app, following, pulling) = (Arc::clone(app), Arc::clone(app), Arc::clone(app));
    let (loaded, once_loaded) = tokio::sync::oneshot::channel();
    let loading = tokio::spawn(async move {
        if let Err(error) = load(&app).await {
            tracing::error!(%error, "the plugins of the database cannot be loaded");
            app.plugins.set(Err(format!("the plugins of the database cannot be loaded: {error}")));
            return None;
        }
        if let Err(error) = forget_sources(&app, &sources).await {
            tracing::warn!(%error, "sources that are no longer named are still known");
        }
        // Nobody hears it where the other task has panicked.
        let _ = loaded.send(sources);
        watch(app, folder).await
    });
    let pulling = tokio::spawn(async move {
        // Without what the database has, nothing is added to it.
        if let Ok(sources) = once_loaded.await {
            follow_sources(pulling, sources).await;
        }
    });
    let database = tokio::spawn(follow(following));
    Ok(Plugins { database, folder: loading, sources: pulling })
}

/// What serves is compiled before the server says that it is ready.
async fn load(app: &AppState) -> Result<(), pynomaly_store::StoreError> {
    beat(app).await?;
    apply(app).await?;
    load_all(app).await;
    Ok(())
}

async fn watch(app: AppState, folder: Option<PathBuf>) -> Option<FolderWatch> {
    let Some(folder) = folder else {
        app.plugins.set(Ok(()));
        return None;
    };
    let keeper = Keeper { app: Arc::clone(&app), runtime: Handle::current() };
    let watched = tokio::task::spawn_blocking(move || watch_now(Arc::new(keeper), &folder)).await;
    let watch = watched.unwrap_or_else(|error| Err(format!("its watch panicked: {error}")));
    app.plugins.set(watch.as_ref().map(drop).map_err(|error| {
        tracing::error!(error, "the plugin folder cannot be watched");
        format!("the plugin folder cannot be watched: {error}")
    }));
    watch.ok()
}

fn watch_now(keeper: Arc<dyn FolderKeeper>, folder: &Path) -> Result<FolderWatch, String> {
    watch_folder(keeper, folder).map_err(|error| error.to_string())
}

impl Plugins {
    /// Stops following.
    pub(super) async fn end(self) {
        let watch = self.folder.await.ok().flatten();
        // Dropping it joins its thread. A panic in there is in the log already.
        let _ = tokio::task::spawn_blocking(move || drop(watch)).await;
        let _ = self.sources.await;
        let _ = self.database.await;
    }
}
