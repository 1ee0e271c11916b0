use super::PluginAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::List;
use crate::plugins::ALIVE;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

/// Every version of one plugin, the newest first: what its self-test found, what its calls cost,
/// how its breaker stands here, and on which servers it is ready.
#[utoipa::path(get, path = "/api/v1/admin/plugins/{name}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("name" = String, Path)),
    responses(
        (status = 200, body = List<PluginAnswer>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let catalog = app.store.list_plugins().await?;
    if catalog.name(&name).is_none() {
        return Err(ApiError::NotFound("plugin"));
    }
    let readiness = app.store.list_readiness(app.clock.now() - ALIVE).await?;
    let versions = catalog.versions.iter().filter(|version| version.name == name);
    let answer = |version| {
        let answer = PluginAnswer::of(&catalog, version).with_report(version)?;
        let breaker = app.breakers.view(&version.digest, app.clock.now());
        Ok(answer.with_breaker(app.plugins.replica_id, breaker).with_replicas(&readiness))
    };
    let items = versions.map(answer).collect::<Result<_, ApiError>>()?;
    json(StatusCode::OK, &List { items, next_cursor: None })
}
