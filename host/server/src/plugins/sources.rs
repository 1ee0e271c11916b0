//! Sources: components in OCI registries that are to serve here, by digest.
//!
//! Each is pulled once, uploaded by nobody in particular and promoted, as a file of the plugin folder is.
//! A source that this server has taken in before says nothing: what admins decided meanwhile
//! stands. Nobody waits for a registry: what the database has serves, and the rest is tried again.

use super::offered::{Offered, RefusedFile, is_passing, take};
use super::{PluginError, lock};
use crate::audit::Actor;
use crate::error::ApiError;
use crate::state::AppState;
use pynomaly_engine::digest;
use pynomaly_oci::{Credentials, Limits, Options, Pulled, Reference};
use pynomaly_store::StoreError;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// How many sources there may be.
pub(crate) const SOURCES_MAX: usize = 100;
/// Until what failed is tried again; doubled each time.
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Where plugins are pulled from.
#[derive(Debug, Clone, Default)]
pub struct PluginSources {
    /// All of them with a digest.
    pub references: Vec<Reference>,
    /// Who asks their registry, of which there is then one alone.
    pub credentials: Option<Credentials>,
    /// Has the credentials otherwise: the docker config file.
    pub config_file: Option<PathBuf>,
}

/// Why a source is not served as it is.
struct Failure {
    digest: Option<String>,
    is_passing: bool,
    reason: String,
}

/// Says of each source that its turn is to come.
pub(crate) fn announce_sources(app: &AppState, sources: &PluginSources) {
    for reference in &sources.references {
        let reason = "it is to be pulled".to_owned();
        let waiting = RefusedFile { digest: None, reason, is_put_off: true, again: None };
        lock(&app.plugins.sources).insert(reference.to_string(), waiting);
    }
}

/// Takes them in, one after the other, until all are taken or refused, or the server stops.
pub(crate) async fn follow_sources(app: AppState, sources: PluginSources) {
    let mut left: Vec<&Reference> = sources.references.iter().collect();
    let mut pause = PAUSE_FIRST;
    while !left.is_empty() {
        let mut again = Vec::new();
        for reference in left {
            if app.stopping.is_cancelled() {
                return;
            }
            if round(&app, &sources, reference).await {
                again.push(reference);
            }
        }
        left = again;
        if !left.is_empty() {
            tokio::select! {
                () = app.stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = PAUSE_MAX.min(pause * 2);
        }
    }
}

/// Tries one, and says how it stands. `true` where it is to be tried again.
async fn round(app: &AppState, sources: &PluginSources, reference: &Reference) -> bool {
    let source = reference.to_string();
    let Err(Failure { digest, is_passing, reason }) = try_one(app, sources, reference).await else {
        lock(&app.plugins.sources).remove(&source);
        return false;
    };
    let refused = RefusedFile { digest, reason, is_put_off: false, again: None };
    let before = lock(&app.plugins.sources).insert(source.clone(), refused.clone());
    // A registry that stays away is told of once.
    if before.as_ref() != Some(&refused) {
        let RefusedFile { digest, reason, .. } = refused;
        tracing::warn!(source, digest, reason, is_passing, "plugin source not taken in");
    }
    is_passing
}

async fn try_one(
    app: &AppState,
    sources: &PluginSources,
    reference: &Reference,
) -> Result<(), Failure> {
    let (source, notes) = (reference.to_string(), notes(app));
    let known = app.store.list_plugin_files(&notes).await;
    let mut known = known.map_err(|error| failure(None, &error.into()))?;
    if known.iter().any(|(known, _)| *known == source) {
        return Ok(());
    }
    let files = app.store.list_plugin_files(&app.plugins.server).await;
    known.extend(files.map_err(|error| failure(None, &error.into()))?);
    let artifact = pull(app, sources, reference).await?.artifact;
    let digest = digest(&artifact.component);
    let failed = |error: ApiError| failure(Some(digest.clone()), &error);
    let signature = artifact.signature.as_deref().map(str::parse).transpose();
    let offered = Offered {
        signature: signature.map_err(|error| failed(PluginError::Signature(error).into()))?,
        component: artifact.component,
        from: &source,
        is_new: true,
        actor: &Actor::local("plugin source", app.clock.now()),
    };
    take(app, offered, &known).await.map_err(failed)?;
    let noted = app.store.note_plugin_file(&notes, &source, Some(&digest)).await;
    noted.map_err(|error| failed(error.into()))?;
    tracing::info!(source, digest, "plugin source taken in");
    Ok(())
}

fn failure(digest: Option<String>, error: &ApiError) -> Failure {
    Failure { digest, is_passing: is_passing(error), reason: error.to_string() }
}

/// Under which name the database keeps what this server has taken in.
pub(super) fn notes(app: &AppState) -> String {
    format!("{} sources", app.plugins.server)
}

/// Forgets sources that are no longer named: what they brought stays as it is, and when they come
/// back they count as new.
pub(crate) async fn forget_sources(
    app: &AppState,
    sources: &PluginSources,
) -> Result<(), StoreError> {
    let notes = notes(app);
    let named: BTreeSet<_> = sources.references.iter().map(ToString::to_string).collect();
    for (source, _) in app.store.list_plugin_files(&notes).await? {
        if !named.contains(&source) {
            app.store.note_plugin_file(&notes, &source, None).await?;
        }
    }
    Ok(())
}

/// On a thread of its own, which the end of the server does not wait for.
async fn pull(
    app: &AppState,
    sources: &PluginSources,
    reference: &Reference,
) -> Result<Pulled, Failure> {
    let passing = |reason: String| Failure { digest: None, is_passing: true, reason };
    let component_bytes_max = app.engine.sandbox().limits().component_bytes_max;
    let limits = Limits { component_bytes_max, ..Limits::default() };
    let (given, file) = (sources.credentials.clone(), sources.config_file.clone());
    let asked = reference.clone();
    let work = move || {
        let credentials = match (given, file) {
            (None, Some(file)) => pynomaly_oci::from_config(&file, asked.registry())
                .map_err(|error| format!("credentials: {error}"))?,
            (given, _) => given,
        };
        let options = Options { credentials, limits, ..Options::default() };
        pynomaly_oci::pull(&asked, &options).map_err(|error| format!("pull: {error}"))
    };
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // Nobody may be there any more to hear it.
    let thread = move || drop(sender.send(work()));
    let started = std::thread::Builder::new().name("plugin source".to_owned()).spawn(thread);
    started.map_err(|error| passing(format!("there is no thread to pull on: {error}")))?;
    tokio::select! {
        () = app.stopping.cancelled() => Err(passing("the server stops".to_owned())),
        pulled = receiver => match pulled {
            Ok(pulled) => pulled.map_err(passing),
            Err(_) => Err(passing("the pull ended without a word".to_owned())),
        },
    }
}
