use super::ModelAnswer;
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::job::{Job, pipeline_json, to_json, to_the_microsecond};
use crate::names::check_name;
use crate::pack::pack;
use crate::plugins::{Call, Captured, capture, offer};
use crate::problem::Problem;
use crate::quota::check_fuel;
use crate::routes::detect::{
    Categories, DetectBody, ParameterValue, Rows, ThresholdBody, categories_schema, columns_schema,
    missing_schema, rows_schema, scaling_schema, suppress_schema, threshold_schema,
};
use crate::state::AppState;
use crate::table::{RowsBody, receive_rows};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_core::preprocessing::{Missing, Scaling};
use pynomaly_core::suppression::Suppression;
use pynomaly_engine::{Bundle, BundleCall, DetectRequest, Detection, FittedPipeline};
use pynomaly_store::{Component, ModelSummary};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Rows to learn from, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FitBody {
    /// 1 to 200 bytes. A name that there is gets another version.
    #[schema(example = "pumps", min_length = 1, max_length = 200)]
    name: String,
    /// Rows of numbers, all of the same length.
    #[schema(schema_with = rows_schema)]
    data: Rows,
    #[schema(schema_with = columns_schema, required = false)]
    columns: Option<Vec<String>>,
    /// Which detector; `isolation_forest` if not given.
    detector_type: Option<String>,
    /// Its parameters, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: BTreeMap<String, ParameterValue>,
    /// The share of training rows expected to be anomalous, in (0, 0.5]; 0.1 if not given.
    contamination: Option<f64>,
    #[schema(schema_with = threshold_schema, required = false)]
    threshold: Option<ThresholdBody>,
    #[serde(default)]
    #[schema(schema_with = scaling_schema, required = false)]
    scaling: Scaling,
    #[serde(default)]
    #[schema(schema_with = missing_schema, required = false)]
    missing: Missing,
    #[serde(default)]
    #[schema(schema_with = categories_schema, required = false)]
    categories: Categories,
    #[serde(default)]
    #[schema(schema_with = suppress_schema, required = false)]
    suppress: Suppression,
    /// Source of all randomness; drawn if not given.
    seed: Option<u64>,
}

impl FitBody {
    /// The detection that fits the model.
    fn without_name(self) -> DetectBody {
        DetectBody {
            data: self.data,
            columns: self.columns,
            detector_type: self.detector_type,
            parameters: self.parameters,
            contamination: self.contamination,
            threshold: self.threshold,
            scaling: self.scaling,
            missing: self.missing,
            categories: self.categories,
            suppress: self.suppress,
            explain: false,
            seed: self.seed,
            keep_data: false,
        }
    }
}

/// A model to write.
struct Fitted {
    model: FittedPipeline,
    summary: ModelSummary,
    /// Packed.
    state: Vec<u8>,
    components: Vec<Component>,
}

/// Fits a detector on rows and keeps the model.
#[utoipa::path(post, path = "/api/v1/models", tag = "clients",
    security(("bearer" = []), ("api_key" = [])), request_body = FitBody,
    responses(
        (status = 201, body = ModelAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
        (status = 504, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn fit(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::Fit)?;
    check_fuel(&app, &caller).await?;
    let body = receive_rows(&app, request).await?;
    let job = Job::new(&app, &caller);
    let Fitted { model, mut summary, state, components } =
        job.off_thread(move |job| run(job, &body)).await?;
    let actor = caller.actor(summary.created_at);
    let audit = actor.done(&app.random, "model.fit", &summary.id.to_string());
    let audit = changed(audit, None, Some(&summary.name));
    summary.version = app.store.create_model(&summary, &state, &components, &audit).await?;
    app.models.keep(summary.id, model);
    json(StatusCode::CREATED, &ModelAnswer::try_from(&summary)?)
}

/// The model, what it says of its rows, and its state. Nobody learns in the stead of a plugin that
/// is broken: the model would stay what it is long after.
fn learn(
    job: &Job,
    request: &Arc<DetectRequest>,
) -> Result<(FittedPipeline, Detection, Vec<u8>), ApiError> {
    let served = job.app.engine.serving(request);
    let call = served.as_ref().ok().map(|served| Call::begin(&job.app, served, &request.data));
    let call = call.transpose().inspect_err(|_| job.count_broken(&request.detector_type))?;
    let called = served.as_ref().ok().cloned();
    let fitted = served.and_then(|served| {
        let (model, found) = served.fit_request(request, &job.budget())?;
        let state = model.save(&job.budget())?;
        Ok((model, found, state))
    });
    if let Some(call) = call {
        call.end(&fitted, |(_, found, _)| found.fuel_used);
    }
    job.count(&request.detector_type, &fitted);
    offer(&job.app, job.id, request, fitted.as_ref().map(|(_, found, _)| found));
    if let Some(served) = called {
        let (tenant_id, served) = (job.tenant_id, &*served);
        let called = Captured { tenant_id, served, data: &request.data, model: None };
        capture(&job.app, called, fitted.as_ref().err(), |limits, error| {
            Bundle::new(BundleCall::Fit, request, served, limits, error)
        });
    }
    Ok(fitted?)
}

fn run(job: &Job, body: &RowsBody) -> Result<Fitted, ApiError> {
    let limits = &job.app.limits;
    let asked: FitBody = body.asked()?;
    let name = check_name(limits, &asked.name)?;
    let mut request = asked.without_name().check(body, limits, job.seed)?.request;
    // Not shared yet: nothing is copied.
    job.choose_version(Arc::make_mut(&mut request));
    let (model, found, state) = learn(job, &request)?;
    let components = model.served().components();
    let component = |(digest, bytes): (&str, &Arc<[u8]>)| Component {
        digest: digest.to_owned(),
        bytes: bytes.to_vec(),
    };
    let components = components.into_iter().map(component).collect();
    let summary = ModelSummary {
        id: job.id,
        tenant_id: job.tenant_id,
        user_id: job.user_id,
        name,
        version: 0,
        detector_type: found.detector_type,
        detector_version: found.detector_version,
        detector_digest: found.detector_digest,
        parameters: to_json(&found.parameters)?,
        pipeline: pipeline_json(&found.pipeline)?,
        seed: found.seed,
        data_digest: found.data_digest,
        threshold: found.threshold,
        rows: found.scores.len() as u64,
        columns: found.columns as u64,
        fuel_used: found.fuel_used,
        duration: to_the_microsecond(found.detector_time),
        state_digest: format!("sha256:{}", hex::encode(Sha256::digest(&state))),
        state_bytes: state.len() as u64,
        created_at: job.created_at,
    };
    Ok(Fitted { model, summary, state: pack(&state)?, components })
}
