use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::StatusCode;

/// Ends a key, at once: one's own; for an admin, any of the organisation.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "accounts",
    security(("bearer" = []), ("api_key" = [])), params(("id" = Uuid, Path)),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn revoke(
    State(app): State<AppState>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageKeys)?;
    let id = id("API key", &key)?;
    let now = app.clock.now();
    let audit = caller.actor(now).done(&app.random, "api_key.revoke", &id.to_string());
    let prefix = app.store.revoke_api_key(caller.changes(), id, now, &audit).await?;
    app.keys.forget(&prefix.ok_or(ApiError::NotFound("API key"))?);
    Ok(StatusCode::NO_CONTENT)
}
