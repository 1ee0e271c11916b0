use crate::error::ApiError;
use pynomaly_store::{ModelSummary, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A fitted model. What fitted it, by digest, scores with it for as long as it lives, whatever
/// becomes of the detector's name.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelAnswer {
    model_id: Uuid,
    /// Who fitted it.
    user_id: Uuid,
    name: String,
    /// Counts from 1 under one name.
    version: u64,
    detector_type: String,
    detector_version: String,
    /// What exactly fitted it, and alone scores with it.
    detector_digest: String,
    /// Parameters as used, defaults filled in.
    #[schema(value_type = Object)]
    parameters: Box<RawValue>,
    /// What was done to the training rows and scores, and is done to those to be judged; see a
    /// detection's.
    #[schema(value_type = Object)]
    pipeline: Box<RawValue>,
    /// Source of all randomness.
    seed: u64,
    /// Digest of the training rows.
    data_digest: String,
    /// A row is an anomaly if its score is greater.
    threshold: f64,
    /// Number of training rows.
    rows: u64,
    /// As the detector sees them: a text's categories may be several.
    columns: u64,
    /// Fuel burnt by fitting; null for native detectors.
    fuel_used: Option<u64>,
    /// Time spent fitting, in milliseconds.
    duration_ms: f64,
    /// `sha256:…` of the fitted state.
    state_digest: String,
    /// Bytes of the fitted state.
    state_bytes: u64,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl TryFrom<&ModelSummary> for ModelAnswer {
    type Error = ApiError;

    fn try_from(model: &ModelSummary) -> Result<Self, ApiError> {
        let raw = |column: &str, json: &str| {
            RawValue::from_string(json.to_owned()).map_err(|error| {
                let reason = format!("its {column} are not JSON: {error}");
                StoreError::Inconsistent { noun: "model", reason }
            })
        };
        let parameters = raw("parameters", &model.parameters)?;
        let pipeline = raw("pipeline", &model.pipeline)?;
        Ok(Self {
            model_id: model.id,
            user_id: model.user_id,
            name: model.name.clone(),
            version: model.version,
            detector_type: model.detector_type.clone(),
            detector_version: model.detector_version.clone(),
            detector_digest: model.detector_digest.clone(),
            parameters,
            pipeline,
            seed: model.seed,
            data_digest: model.data_digest.clone(),
            threshold: model.threshold,
            rows: model.rows,
            columns: model.columns,
            fuel_used: model.fuel_used,
            duration_ms: model.duration.as_secs_f64() * 1e3,
            state_digest: model.state_digest.clone(),
            state_bytes: model.state_bytes,
            created_at: model.created_at,
        })
    }
}
