//! A component out of the image layout that it came in.

use super::admit::audit_refusal;
use super::{PluginError, Signature};
use crate::audit::Actor;
use crate::state::App;
use pynomaly_engine::digest;
use pynomaly_oci::{Artifact, LayoutError, Limits, read_layout};

/// What a layout may have.
pub(crate) fn layout_limits(app: &App) -> Limits {
    let component_bytes_max = app.engine.sandbox().limits().component_bytes_max;
    Limits { component_bytes_max, ..Limits::default() }
}

/// The component in `tar` and the signature beside it. The tar itself must have the digest
/// `wanted`, where one is given.
pub(crate) async fn unpack(
    app: &App,
    tar: Vec<u8>,
    wanted: Option<String>,
    actor: &Actor,
) -> Result<(Vec<u8>, Option<Signature>), PluginError> {
    let limits = layout_limits(app);
    let work = move || (digest(&tar), read_layout(&tar, &limits));
    let read = tokio::task::spawn_blocking(work).await;
    let (found, read) =
        read.map_err(|error| PluginError::Internal(format!("the layout is not read: {error}")))?;
    let outcome = check(wanted, &found, read);
    if let Err(error) = &outcome {
        audit_refusal(app, actor, &found, error).await?;
    }
    outcome
}

fn check(
    wanted: Option<String>,
    found: &str,
    read: Result<Artifact, LayoutError>,
) -> Result<(Vec<u8>, Option<Signature>), PluginError> {
    if let Some(wanted) = wanted.filter(|wanted| wanted != found) {
        return Err(PluginError::Digest { wanted, found: found.to_owned() });
    }
    let artifact = read?;
    let signature = artifact.signature.as_deref().map(str::parse).transpose()?;
    Ok((artifact.component, signature))
}
