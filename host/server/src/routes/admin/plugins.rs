use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::error::ApiError;
use crate::page::List;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pynomaly_engine::{PluginState, PluginStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// How one file of the plugin folder stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct PluginAnswer {
    /// The file's name.
    source: String,
    /// `active`, or `refused` where its latest bytes are not what is served.
    state: &'static str,
    /// The `detector_type` it serves; null if it never served.
    detector_type: Option<String>,
    /// Version it serves.
    version: Option<String>,
    /// `sha256:…` of the component it serves.
    digest: Option<String>,
    /// What was wrong with its latest bytes.
    refused: Option<Refusal>,
}

/// Why bytes were refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// `sha256:…` of the bytes; null if they could not be read.
    digest: Option<String>,
    /// The step that refused them, and why.
    reason: String,
}

/// Every file of the plugin folder, refused ones with the reason.
#[utoipa::path(get, path = "/api/v1/admin/plugins", tag = "admins", security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, body = List<PluginAnswer>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let items = app.engine.catalog().plugins().map(PluginAnswer::from).collect();
    json(StatusCode::OK, &List { items, next_cursor: None })
}

impl From<&PluginStatus> for PluginAnswer {
    fn from(status: &PluginStatus) -> Self {
        let (state, refused) = match status.state.clone() {
            PluginState::Active => ("active", None),
            PluginState::Refused { digest, reason } => {
                ("refused", Some(Refusal { digest, reason }))
            }
        };
        Self {
            source: status.source.clone(),
            state,
            detector_type: status.name.clone(),
            version: status.version.clone(),
            digest: status.digest.clone(),
            refused,
        }
    }
}
