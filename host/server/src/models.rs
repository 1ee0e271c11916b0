//! Fitted models, kept warm: their states come from the database once, and what fitted them with
//! them.

use crate::error::ApiError;
use crate::gate::Busy;
use crate::limits::Limits;
use crate::pack::unpack;
use crate::plugins::Call;
use crate::routes::detect::ParameterValue;
use crate::state::AppState;
use moka::sync::Cache;
use pynomaly_core::Value;
use pynomaly_engine::{FittedPipeline, InstallError, LoadError, PipelineRecord, Served};
use pynomaly_store::{ModelSummary, Owner, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Models in memory, the least recently used of which go first.
pub(crate) struct Models {
    warm: Cache<Uuid, Arc<FittedPipeline>>,
    /// Those that have burnt more on a few rows than is spent without a thread of their own.
    slow: Cache<Uuid, ()>,
}

impl Models {
    pub(crate) fn new(limits: &Limits) -> Self {
        let (bytes_max, count_max) = (limits.models_bytes_max, limits.models_warm_max);
        // Each weighs at least its share, so that their number is bounded too.
        let share = bytes_max / count_max.max(1);
        let weigh = move |_: &Uuid, model: &Arc<FittedPipeline>| {
            u32::try_from(model.memory_bytes().max(share)).unwrap_or(u32::MAX)
        };
        let warm = Cache::builder().max_capacity(bytes_max as u64).weigher(weigh).build();
        Self { warm, slow: Cache::new(limits.models_known_max as u64) }
    }

    /// The model, if it is warm.
    pub(crate) fn get(&self, id: Uuid) -> Option<Arc<FittedPipeline>> {
        self.warm.get(&id)
    }

    pub(crate) fn keep(&self, id: Uuid, model: FittedPipeline) -> Arc<FittedPipeline> {
        let model = Arc::new(model);
        self.warm.insert(id, Arc::clone(&model));
        model
    }

    pub(crate) fn forget(&self, id: Uuid) {
        self.warm.invalidate(&id);
    }

    /// What fitted each of those that are warm.
    pub(crate) fn served(&self) -> Vec<Arc<Served>> {
        self.warm.iter().map(|(_, model)| Arc::clone(model.served())).collect()
    }

    pub(crate) fn is_slow(&self, id: Uuid) -> bool {
        self.slow.contains_key(&id)
    }

    pub(crate) fn note_slow(&self, id: Uuid) {
        self.slow.insert(id, ());
    }
}

/// The model with that identifier, if it is the owner's.
pub(crate) async fn find(
    app: &AppState,
    owner: Owner,
    id: Uuid,
) -> Result<Option<Arc<ModelSummary>>, StoreError> {
    let now = app.clock.now();
    let load = async || app.store.get_model_of_any(id).await.map(|model| model.map(Arc::new));
    let found = app.known_models.find(id, now, load).await?;
    let is_theirs = |model: &Arc<ModelSummary>| {
        model.tenant_id == owner.tenant_id && owner.user_id.is_none_or(|id| id == model.user_id)
    };
    Ok(found.filter(is_theirs))
}

/// The fitted model itself, ready to score.
pub(crate) async fn warm(
    app: &AppState,
    summary: &ModelSummary,
) -> Result<Arc<FittedPipeline>, ApiError> {
    let digest = &summary.detector_digest;
    if app.engine.catalog().is_quarantined(digest) {
        app.models.forget(summary.id);
        return Err(ApiError::DetectorGone(format!("{digest} is in quarantine")));
    }
    if let Some(model) = app.models.get(summary.id) {
        return Ok(model);
    }
    let record = record(summary)?;
    let served = pinned(app, digest, &summary.parameters, &record).await?;
    let state = app.store.get_model_state(summary.id).await?;
    let state = state.ok_or(ApiError::NotFound("model"))?;
    let (app, summary) = (Arc::clone(app), summary.clone());
    let turn = app.detections.enter().await?;
    let load = move || {
        let state = unpack(&state, summary.state_bytes)?;
        let columns = usize::try_from(summary.columns).unwrap_or(usize::MAX);
        let budget = app.engine.sandbox().limits().budget();
        let kept = (record, summary.seed);
        let call = Call::begin_load(&app, &served)?;
        let model = FittedPipeline::load(&served, &state, columns, kept, &budget);
        match &model {
            // That it can be loaded does not say that it scores.
            Ok(_) => drop(call),
            Err(_) => call.end(&model, |_| None),
        }
        let model = model?;
        drop(turn);
        Ok(app.models.keep(summary.id, model))
    };
    let done = tokio::task::spawn_blocking(load).await;
    done.map_err(|error| ApiError::Internal(format!("a model did not load: {error}")))?
}

fn record(summary: &ModelSummary) -> Result<PipelineRecord, StoreError> {
    serde_json::from_str(&summary.pipeline).map_err(|error| {
        let reason = format!("its pipeline is none: {error}");
        StoreError::Inconsistent { noun: "model", reason }
    })
}

/// What computed then: the detector with that digest, or the ensemble of those that the record
/// names. `parameters` are those recorded, a JSON object.
pub(crate) async fn pinned(
    app: &AppState,
    digest: &str,
    parameters: &str,
    record: &PipelineRecord,
) -> Result<Arc<Served>, ApiError> {
    if record.members.is_empty() {
        return detector(app, digest).await;
    }
    let mut members = Vec::with_capacity(record.members.len());
    for member in &record.members {
        members.push(detector(app, &member.detector_digest).await?);
    }
    let parameters = recorded_parameters("detection", parameters)?;
    let ensemble = Served::ensemble_of(&parameters, members)?;
    if ensemble.digest() == digest {
        Ok(ensemble)
    } else {
        Err(ApiError::DetectorGone(digest.to_owned()))
    }
}

/// Parameters as they were recorded.
pub(crate) fn recorded_parameters(
    noun: &'static str,
    json: &str,
) -> Result<BTreeMap<String, Value>, StoreError> {
    let parameters = serde_json::from_str::<BTreeMap<String, ParameterValue>>(json);
    let parameters = parameters.map_err(|error| {
        let reason = format!("its parameters are not JSON: {error}");
        StoreError::Inconsistent { noun, reason }
    })?;
    Ok(parameters.into_iter().map(|(name, value)| (name, value.0)).collect())
}

/// The detector with that digest, served under its name or not.
async fn detector(app: &AppState, digest: &str) -> Result<Arc<Served>, ApiError> {
    if let Some(served) = app.engine.get_by_digest(digest) {
        return Ok(served);
    }
    let component = app.store.get_component(digest).await?;
    let (app, digest) = (Arc::clone(app), digest.to_owned());
    let load = move || app.engine.get_or_load(&digest, || component);
    let done = tokio::task::spawn_blocking(load).await;
    let loaded = done.map_err(|error| ApiError::Internal(format!("not compiled: {error}")))?;
    loaded.map_err(|error| match error {
        InstallError::Missing(digest) => ApiError::DetectorGone(digest),
        InstallError::Quarantined(digest) => {
            ApiError::DetectorGone(format!("{digest} is in quarantine"))
        }
        InstallError::Load(LoadError::CompileBusy { .. } | LoadError::CompileEnded) => {
            ApiError::Busy(Busy { what: "compilations" })
        }
        other => ApiError::Internal(other.to_string()),
    })
}
