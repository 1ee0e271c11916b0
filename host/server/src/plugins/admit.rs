//! What bytes have to pass before they are a version of a plugin. The first step that refuses them
//! names itself; nothing is stored before all have passed.

use super::self_test::{Examined, examine};
use super::signature::{Signature, SignatureError, embedded, scope_covers};
use super::{PluginError, Steps, apply, lock};
use crate::audit::{Actor, changed};
use crate::state::{App, AppState};
use pynomaly_engine::{InstallError, Served, digest};
use pynomaly_store::{
    Component, NewPlugin, PluginState, PluginVersion, TrustedKey, Uploaded as Stored,
};
use serde::Serialize;
use std::sync::Arc;

/// Bytes that somebody wants to be a plugin.
pub(crate) struct Upload {
    pub(crate) component: Vec<u8>,
    /// The digest that they must have.
    pub(crate) digest: Option<String>,
    pub(crate) signature: Option<Signature>,
    pub(crate) actor: Actor,
    /// Are told how far it is.
    pub(crate) steps: Arc<Steps>,
}

/// What the audit log says of an upload.
#[derive(Serialize)]
struct Admitted<'a> {
    detector_type: &'a str,
    version: &'a str,
    digest: &'a str,
    key_id: Option<&'a str>,
}

/// Stores the upload as a version that serves nobody yet, and has it ready here. `false` where it
/// was stored already; then nothing has changed.
pub(crate) async fn upload(
    app: &AppState,
    upload: Upload,
) -> Result<(PluginVersion, bool), PluginError> {
    upload.steps.begin("digest");
    let (actor, found) = (upload.actor.clone(), digest(&upload.component));
    let outcome = admit(app, upload, found.clone()).await;
    if let Err(error) = &outcome {
        audit_refusal(app, &actor, &found, error).await?;
    }
    outcome
}

/// Bytes that were refused are remembered; what is not their fault is in the log.
pub(super) async fn audit_refusal(
    app: &App,
    actor: &Actor,
    digest: &str,
    error: &PluginError,
) -> Result<(), PluginError> {
    let is_passing = matches!(error, PluginError::Refused(error) if error.is_passing());
    let is_refusal = matches!(
        error,
        PluginError::Digest { .. }
            | PluginError::Layout(_)
            | PluginError::Signature(_)
            | PluginError::Refused(_)
            | PluginError::SelfTest(_)
    );
    if is_passing || !is_refusal {
        return Ok(());
    }
    let audit = actor.refused(&app.random, "plugin.upload", digest);
    let audit = changed(audit, None, Some(&error.to_string()));
    Ok(app.store.append_audit_log(&audit).await?)
}

async fn admit(
    app: &AppState,
    upload: Upload,
    found: String,
) -> Result<(PluginVersion, bool), PluginError> {
    if let Some(wanted) = upload.digest.clone().filter(|wanted| *wanted != found) {
        return Err(PluginError::Digest { wanted, found });
    }
    if let Some(version) = app.store.list_plugins().await?.version(&found) {
        return Ok((examine_stored(app, version.clone(), upload).await?, false));
    }
    let steps = upload.steps;
    steps.begin("signature");
    let beside = upload.signature.map(|signature| (signature, found.clone()));
    // What comes beside the component speaks of all of it, and goes before.
    let signature = match beside {
        Some(signature) => Some(signature),
        None => embedded(&upload.component)?,
    };
    let key = check_signature(app, signature.as_ref()).await?;
    let component: Arc<[u8]> = upload.component.into();
    let served = load(app, Arc::clone(&component), Arc::clone(&steps)).await?;
    steps.begin("name");
    check_name(app, &served, key.as_ref())?;
    let Examined { report, cost_card } = examine(app, Arc::clone(&component), &steps).await?;
    steps.begin("store");
    let descriptor = served.descriptor();
    let now = upload.actor.now;
    let version = PluginVersion {
        digest: found.clone(),
        name: descriptor.name.clone(),
        version: descriptor.version.clone(),
        state: PluginState::Uploaded,
        reason: None,
        key_id: key.map(|key| key.id),
        uploaded_by: upload.actor.user_id,
        report,
        cost_card,
        created_at: now,
        changed_at: now,
    };
    let component = Component { digest: found.clone(), bytes: component.to_vec() };
    let signature = signature.map(|(it, _)| it.bytes);
    // Before it is stored: it is compiled already, and nobody is to do it again.
    lock(&app.plugins.loaded).insert(found.clone(), Ok(served));
    let is_new = store(app, &version, &component, signature, &upload.actor).await?;
    app.store.report_plugin(app.plugins.replica_id, &found, None).await?;
    apply(app).await?;
    Ok((version, is_new))
}

/// A version that was stored where self-tests were off is tried when somebody uploads it again. What
/// it is there for stays as it is.
async fn examine_stored(
    app: &AppState,
    version: PluginVersion,
    Upload { component, actor, steps, .. }: Upload,
) -> Result<PluginVersion, PluginError> {
    let is_wanted = actor.user_id.is_some() && version.state != PluginState::Quarantined;
    if version.report.is_some() || !is_wanted {
        return Ok(version);
    }
    let Examined { report, cost_card } = examine(app, component.into(), &steps).await?;
    if let Some(report) = &report {
        let audit = actor.done(&app.random, "plugin.self_test", &version.digest);
        let (digest, card) = (&version.digest, cost_card.as_deref());
        app.store.set_plugin_report(digest, report, card, &audit).await?;
        apply(app).await?;
    }
    Ok(PluginVersion { report, cost_card, ..version })
}

/// The key that has signed it, where there is a signature.
async fn check_signature(
    app: &App,
    signature: Option<&(Signature, String)>,
) -> Result<Option<TrustedKey>, PluginError> {
    let Some((signature, digest)) = signature else {
        let policy = &app.plugins.policy;
        if policy.is_signature_needed && policy.unsigned.is_empty() {
            return Err(SignatureError::Needed("every plugin".into()).into());
        }
        return Ok(None);
    };
    let key = app.store.get_trusted_key(&signature.key_id).await?;
    signature.check(key.as_ref(), digest)?;
    Ok(key)
}

/// Pre-check, compilation, contract, `describe`, descriptor; off the async threads.
async fn load(
    app: &AppState,
    component: Arc<[u8]>,
    steps: Arc<Steps>,
) -> Result<Arc<Served>, PluginError> {
    let engine = Arc::clone(&app.engine);
    let loaded = tokio::task::spawn_blocking(move || {
        engine.load_watched(&component, &|progress| steps.follow(progress))
    });
    let loaded = loaded.await;
    let loaded = loaded.map_err(|error| PluginError::Internal(format!("not loaded: {error}")))?;
    loaded.map_err(PluginError::Refused)
}

/// Whether the plugin may have the name that it gives itself.
fn check_name(app: &App, served: &Served, key: Option<&TrustedKey>) -> Result<(), PluginError> {
    let name = &served.descriptor().name;
    if app.engine.catalog().get(name).is_some_and(|there| there.is_built_in()) {
        return Err(PluginError::Refused(InstallError::Reserved(name.clone())));
    }
    let policy = &app.plugins.policy;
    match key {
        Some(key) if !scope_covers(&key.scope, name) => {
            let (key_id, scope) = (key.id.clone(), key.scope.clone());
            Err(SignatureError::Scope { key_id, scope, name: name.clone() }.into())
        }
        None if policy.is_signature_needed && !scope_covers(&policy.unsigned, name) => {
            Err(SignatureError::Needed(name.clone()).into())
        }
        _ => Ok(()),
    }
}

async fn store(
    app: &App,
    version: &PluginVersion,
    component: &Component,
    signature: Option<[u8; 64]>,
    actor: &Actor,
) -> Result<bool, PluginError> {
    let limit = app.engine.sandbox().limits().plugins_max;
    let plugin = NewPlugin { version, component, signature, versions_max: limit };
    let admitted = Admitted {
        detector_type: &version.name,
        version: &version.version,
        digest: &version.digest,
        key_id: version.key_id.as_deref(),
    };
    let audit = actor.done(&app.random, "plugin.upload", &version.digest);
    match app.store.upload_plugin(&plugin, &changed(audit, None, Some(&admitted))).await? {
        Stored::New => Ok(true),
        Stored::Known => Ok(false),
        Stored::TooMany => Err(PluginError::TooMany { limit }),
    }
}
