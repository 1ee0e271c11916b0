use super::{TrustedKeyAnswer, check_scope};
use crate::answer::json;
use crate::audit::changed;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_store::TrustedKey;
use serde::Deserialize;
use utoipa::ToSchema;

/// What to change of a key.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"is_active": false}))]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTrustedKeyBody {
    /// Names of plugins that it may sign; `*` stands for any characters.
    scope: Option<Vec<String>>,
    /// `false`: its signatures do not count on new uploads.
    is_active: Option<bool>,
}

/// Changes a key. What it has signed stays as it is.
#[utoipa::path(patch, path = "/api/v1/admin/plugin-keys/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = String, Path)),
    request_body = UpdateTrustedKeyBody,
    responses(
        (status = 200, body = TrustedKeyAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn update(
    State(app): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let UpdateTrustedKeyBody { scope, is_active } = body::json(&app, request).await?;
    let before = app.store.get_trusted_key(&id).await?.ok_or(ApiError::NotFound("key"))?;
    let scope = scope.map(|scope| check_scope(&app, &scope)).transpose()?;
    let after = TrustedKey {
        scope: scope.unwrap_or_else(|| before.scope.clone()),
        is_active: is_active.unwrap_or(before.is_active),
        ..before.clone()
    };
    let answer = TrustedKeyAnswer::from(&after);
    let audit = caller.actor(app.clock.now()).done(&app.random, "plugin_key.update", &id);
    let audit = changed(audit, Some(&TrustedKeyAnswer::from(&before)), Some(&answer));
    if !app.store.update_trusted_key(&after, &audit).await? {
        return Err(ApiError::NotFound("key"));
    }
    json(StatusCode::OK, &answer)
}
