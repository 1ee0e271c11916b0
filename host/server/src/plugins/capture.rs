//! Calls of plugins that failed, kept for who mends the plugin: off unless somebody wants it, small,
//! few, encrypted, and gone after a while. They are their organisation's, as its rows are.

use crate::error::ApiError;
use crate::metrics::plugins::kind;
use crate::pack::{pack, unpack};
use crate::state::{App, AppState};
use crate::vault::Place;
use pynomaly_core::Matrix;
use pynomaly_engine::{Bundle, DetectError, Limits, Served};
use pynomaly_store::{CaptureSummary, ModelSummary, NewCapture};
use std::sync::Arc;
use tokio::runtime::Handle;
use uuid::Uuid;

/// How much larger a bundle may be than the values in it: a number takes up to 25 bytes as text.
const TEXT_FACTOR: u64 = 4;
/// Bytes of everything else in it: parameters, names, what is said of the error.
const HEAD_BYTES_MAX: u64 = 1 << 20;

/// A call of a plugin.
#[derive(Clone, Copy)]
pub(crate) struct Captured<'a> {
    /// Whose rows are in it.
    pub(crate) tenant_id: Uuid,
    /// Who was called: another version may serve the name by now.
    pub(crate) served: &'a Served,
    pub(crate) data: &'a Matrix,
    /// What was to judge, where that was a model.
    pub(crate) model: Option<&'a ModelSummary>,
}

/// Keeps the call that failed with `error`, if that is wanted and the plugin is to blame; later and
/// elsewhere, so that nobody waits for it, and not at all while another one is being kept. `bundle` is
/// made of the call, under these limits and with these words of the error.
pub(crate) fn capture(
    app: &AppState,
    called: Captured<'_>,
    error: Option<&DetectError>,
    bundle: impl FnOnce(&Limits, &str) -> Bundle,
) {
    let Some(error) = error.filter(|error| error.is_fault()) else { return };
    if !app.plugins.policy.keeps_captures
        // An author elsewhere is the only reader.
        || called.served.is_built_in()
        || size_of_val(called.data.values()) > app.limits.capture_bytes_max
    {
        return;
    }
    let Ok(permit) = Arc::clone(&app.plugins.capturing).try_acquire_owned() else { return };
    let Ok(runtime) = Handle::try_current() else { return };
    let (app, kind, tenant_id) = (Arc::clone(app), kind(error), called.tenant_id);
    let bundle = bundle(app.engine.sandbox().limits(), &error.to_string());
    let model = called.model.map(|model| (model.id, model.state_bytes));
    runtime.spawn(async move {
        match keep(&app, tenant_id, bundle, model, kind).await {
            Ok(true) => {}
            Ok(false) => tracing::debug!(%tenant_id, "a failed call was not kept"),
            Err(error) => tracing::warn!(%error, "a failed call could not be kept"),
        }
        drop(permit);
    });
}

/// `false` where there is no room, where it is too large, or where the model is gone.
/// Only `kind` is kept in clear: a plugin's own words may repeat what is in the rows.
async fn keep(
    app: &AppState,
    tenant_id: Uuid,
    bundle: Bundle,
    model: Option<(Uuid, u64)>,
    kind: &str,
) -> Result<bool, ApiError> {
    let state = match model {
        Some((_, bytes)) if bytes > text_bytes_max(app) => return Ok(false),
        Some((id, bytes)) => match app.store.get_model_state(id).await? {
            Some(packed) => Some(unpack(&packed, bytes)?),
            None => return Ok(false),
        },
        None => None,
    };
    let now = app.clock.now();
    let id = app.id(now);
    let its = Arc::clone(app);
    let seal = move || {
        let bundle = state.iter().fold(bundle, |bundle, state| bundle.with_model(state));
        seal(&its, id, bundle)
    };
    let sealed = tokio::task::spawn_blocking(seal).await;
    let sealed = sealed.map_err(|error| ApiError::Internal(format!("not packed: {error}")))??;
    let Some((bundle, sealed)) = sealed else { return Ok(false) };
    let age = time::Duration::try_from(app.limits.capture_age_max).unwrap_or(time::Duration::DAY);
    let summary = CaptureSummary {
        id,
        tenant_id,
        detector_type: bundle.detector_type,
        detector_version: bundle.detector_version,
        detector_digest: bundle.detector_digest,
        error: kind.to_owned(),
        bytes: sealed.len() as u64,
        created_at: now,
        expires_at: now.saturating_add(age),
    };
    let count_max = app.limits.captures_max;
    let capture = NewCapture { summary: &summary, bundle: &sealed, count_max };
    Ok(app.store.insert_capture(&capture).await?)
}

/// The bundle, without its rows, and all of it compressed and encrypted.
fn seal(app: &App, id: Uuid, mut bundle: Bundle) -> Result<Option<(Bundle, Vec<u8>)>, ApiError> {
    let text =
        serde_json::to_vec(&bundle).map_err(|error| ApiError::Internal(error.to_string()))?;
    // Parameters and categories may be much larger than the rows; nobody could unpack it.
    if text.len() as u64 > text_bytes_max(app) {
        return Ok(None);
    }
    let packed = pack(&text)?;
    if packed.len() > app.limits.capture_bytes_max {
        return Ok(None);
    }
    bundle.data = Vec::new();
    let sealed = app.vault.encrypt(&app.random, place(id.as_bytes()), &packed);
    sealed
        .map(|sealed| Some((bundle, sealed)))
        .map_err(|error| ApiError::Internal(error.to_string()))
}

/// The bundle that was kept as `sealed` under `id`.
pub(crate) fn unseal(app: &App, id: Uuid, sealed: &[u8]) -> Result<Bundle, ApiError> {
    let broken = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
    let packed = app.vault.decrypt(place(id.as_bytes()), sealed).map_err(|error| broken(&error))?;
    Bundle::parse(&unpack(&packed, text_bytes_max(app))?).map_err(|error| broken(&error))
}

/// Bytes of a bundle as text.
fn text_bytes_max(app: &App) -> u64 {
    let rows = (app.limits.capture_bytes_max as u64).saturating_mul(TEXT_FACTOR);
    rows.saturating_add(HEAD_BYTES_MAX)
}

fn place(row: &[u8]) -> Place<'_> {
    Place { table: "captures", column: "bundle", row }
}
