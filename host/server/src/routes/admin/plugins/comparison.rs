use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::query;
use crate::plugins::{Check, Compared, PluginError, compared, judge};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_core::evaluation::{ComparisonFigures, Estimate};
use pynomaly_store::{PluginState, PluginVersion};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// Which version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    /// The digest of the version that is, or was, in shadow.
    candidate: String,
}

/// What a version would have said beside the one that is active.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparisonAnswer {
    candidate: ComparedVersion,
    active: ComparedVersion,
    /// When the comparison began; null where nothing was compared yet.
    #[serde(with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    /// When something was added last.
    #[serde(with = "time::serde::rfc3339::option")]
    until: Option<OffsetDateTime>,
    /// Requests that both versions were asked.
    requests: u64,
    /// Those that both answered.
    compared: u64,
    /// Rows of these.
    rows: u64,
    /// Requests that were chosen, and not computed again for want of time or room.
    dropped: u64,
    /// Spearman's correlation of the scores of a request, the mean over requests.
    rank_correlation: EstimateAnswer,
    /// The same by Kendall's tau-b.
    kendall: EstimateAnswer,
    /// Rows flagged by both in parts of those flagged by either.
    overlap: EstimateAnswer,
    /// Population stability index of the scores.
    population_stability: EstimateAnswer,
    /// The share of requests without an answer by the active version.
    active_errors: EstimateAnswer,
    /// The same by the candidate.
    candidate_errors: EstimateAnswer,
    /// The candidate's share less that of the active version.
    error_excess: EstimateAnswer,
    /// The candidate's share in parts of that of the active version, half an error added to each.
    error_ratio: EstimateAnswer,
    /// The candidate's fuel in parts of the active version's, the geometric mean over requests.
    fuel_ratio: EstimateAnswer,
    /// The same of the time, of the requests that were timed.
    latency_ratio: EstimateAnswer,
    gate: GateAnswer,
}

/// One side.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComparedVersion {
    version: String,
    /// `sha256:…` of the component.
    digest: String,
    state: &'static str,
}

/// A figure and its 95 % confidence interval.
#[derive(Serialize, ToSchema)]
pub(crate) struct EstimateAnswer {
    /// Null where there is nothing to compute it from.
    value: Option<f64>,
    /// Null where there is too little for an interval.
    low: Option<f64>,
    high: Option<f64>,
    /// From how many: requests, or for `overlap` rows that either flagged.
    count: u64,
}

/// Whether the candidate would pass the gate now.
#[derive(Serialize, ToSchema)]
pub(crate) struct GateAnswer {
    passed: bool,
    checks: Vec<CheckAnswer>,
}

/// One limit of the gate.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckAnswer {
    /// The limit, `overlap_min`.
    name: &'static str,
    /// The end of the figure's interval that counts; null where too little is known.
    value: Option<f64>,
    limit: f64,
    passed: bool,
}

/// What a version in shadow would have said beside the version that is active, on all servers: what
/// others found lately comes within a second.
#[utoipa::path(get, path = "/api/v1/admin/plugins/{name}/comparison", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    params(("name" = String, Path), ComparisonQuery),
    responses(
        (status = 200, body = ComparisonAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn comparison(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let ComparisonQuery { candidate } = query(request.uri())?;
    let catalog = app.store.list_plugins().await?;
    let version = catalog.version(&candidate).filter(|it| it.name == name);
    let version = version.ok_or(PluginError::Missing)?;
    let is_active = |it: &&PluginVersion| it.name == name && it.state == PluginState::Active;
    let active = catalog.versions.iter().find(is_active).ok_or(PluginError::NothingActive)?;
    let Compared { comparison, between } = compared(&app, &version.digest, &active.digest).await?;
    let figures = comparison.figures();
    let checks = judge(&figures, &app.plugins.policy.gate.limits);
    let answer = ComparisonAnswer {
        since: between.map(|(since, _)| since),
        until: between.map(|(_, until)| until),
        ..ComparisonAnswer::new(version, active, &figures, &checks)
    };
    json(StatusCode::OK, &answer)
}

impl ComparisonAnswer {
    fn new(
        candidate: &PluginVersion,
        active: &PluginVersion,
        figures: &ComparisonFigures,
        checks: &[Check],
    ) -> Self {
        Self {
            candidate: candidate.into(),
            active: active.into(),
            since: None,
            until: None,
            requests: figures.requests,
            compared: figures.compared,
            rows: figures.rows,
            dropped: figures.dropped,
            rank_correlation: figures.rank_correlation.into(),
            kendall: figures.kendall.into(),
            overlap: figures.overlap.into(),
            population_stability: figures.population_stability.into(),
            active_errors: figures.active_errors.into(),
            candidate_errors: figures.candidate_errors.into(),
            error_excess: figures.error_excess.into(),
            error_ratio: figures.error_ratio.into(),
            fuel_ratio: figures.fuel_ratio.into(),
            latency_ratio: figures.latency_ratio.into(),
            gate: GateAnswer {
                passed: checks.iter().all(|check| check.passed),
                checks: checks.iter().map(CheckAnswer::from).collect(),
            },
        }
    }
}

impl From<&PluginVersion> for ComparedVersion {
    fn from(version: &PluginVersion) -> Self {
        let (name, digest) = (version.version.clone(), version.digest.clone());
        Self { version: name, digest, state: version.state.name() }
    }
}

impl From<Estimate> for EstimateAnswer {
    fn from(estimate: Estimate) -> Self {
        let Estimate { value, low, high, count } = estimate;
        Self { value, low, high, count }
    }
}

impl From<&Check> for CheckAnswer {
    fn from(check: &Check) -> Self {
        let Check { name, value, limit, passed } = *check;
        Self { name, value, limit, passed }
    }
}
