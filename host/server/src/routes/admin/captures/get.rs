use crate::answer::{json, no_store};
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::id;
use crate::plugins::unseal;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

/// All of a call that failed, decrypted: a bundle for `pynomaly plugin replay`. It holds the rows. For
/// whoever may manage plugins, the component is in it too. Who has read it is in the audit log.
#[utoipa::path(get, path = "/api/v1/admin/captures/{id}", tag = "admins",
    security(("bearer" = []), ("api_key" = [])), params(("id" = String, Path)),
    responses(
        (status = 200, body = Object),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get(
    State(app): State<AppState>,
    caller: Caller,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageCaptures)?;
    let id = id("capture", &text)?;
    let now = app.clock.now();
    let audit = caller.actor(now).done(&app.random, "capture.read", &id.to_string());
    let sealed = app.store.read_capture(caller.tenant_id, id, now, &audit).await?;
    let sealed = sealed.ok_or(ApiError::NotFound("capture"))?;
    let its = Arc::clone(&app);
    let bundle = tokio::task::spawn_blocking(move || unseal(&its, id, &sealed)).await;
    let mut bundle = bundle.map_err(|error| ApiError::Internal(error.to_string()))??;
    if caller.require(Permission::ManagePlugins).is_ok() {
        let component = app.store.get_component(&bundle.detector_digest).await?;
        if let Some(component) = component {
            bundle = bundle.with_component(&component);
        }
    }
    let mut response = no_store(json(StatusCode::OK, &bundle)?);
    let name = format!("attachment; filename=\"{id}.bundle.json\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
